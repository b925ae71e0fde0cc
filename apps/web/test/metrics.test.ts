import { expect, test } from "vitest";
import { parseMetrics, thinSteps } from "../lib/metrics";

const step = (n: number, loss: number) => JSON.stringify({ type: "step", step: n, loss });
const evaluation = (n: number, r10: number) =>
  JSON.stringify({
    type: "evaluation",
    step: n,
    sets: { inDomain: { textToImage: { r1: 0, r5: 0, r10 } } },
  });

test("steps and evaluations are told apart and kept in order", () => {
  const text = [evaluation(0, 0.1), step(1, 3), step(2, 2), evaluation(2, 0.4), ""].join("\n");
  const metrics = parseMetrics(text);
  expect(metrics.steps.map(({ step, loss }) => [step, loss])).toEqual([
    [1, 3],
    [2, 2],
  ]);
  expect(metrics.evaluations.map((one) => one.sets["inDomain"]?.textToImage?.r10)).toEqual([
    0.1, 0.4,
  ]);
});

test("a last line that is half written is left out, wherever it was cut", () => {
  const whole = `${step(1, 3)}\n`;
  const last = step(2, 2);
  for (let length = 0; length < last.length; length++) {
    expect(parseMetrics(whole + last.slice(0, length)).steps).toHaveLength(1);
  }
  expect(parseMetrics(whole + last).steps).toHaveLength(2);
});

test("a line torn by a kill does not hide those written after the resume", () => {
  const torn = `${step(1, 3)}\n{"type":"step","st\n${step(2, 2)}\n`;
  expect(parseMetrics(torn).steps.map(({ step }) => step)).toEqual([1, 2]);
});

test("a resumed run replaces the steps beyond its checkpoint", () => {
  const text = [1, 2, 3, 4].map((n) => step(n, 10)).join("\n");
  const resumed = parseMetrics(`${text}\n${step(3, 7)}\n`);
  expect(resumed.steps.map(({ step, loss }) => [step, loss])).toEqual([
    [1, 10],
    [2, 10],
    [3, 7],
  ]);
});

test("JSON that is no record is left out", () => {
  const text =
    '[]\nnull\n{"type":"step"}\n{"type":"evaluation","step":1,"sets":[]}\n{"type":"x","step":1}\n';
  expect(parseMetrics(text)).toEqual({ steps: [], evaluations: [] });
});

test("thinning keeps the mean loss and the last step", () => {
  const steps = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, loss: i % 2 ? 3 : 1 }));
  const thinned = thinSteps(steps, 100);
  expect(thinned).toHaveLength(100);
  expect(thinned.at(-1)?.step).toBe(1000);
  expect(thinned.every(({ loss }) => loss === 2)).toBe(true);
});

test("a run that fits is not thinned", () => {
  const steps = [{ step: 1, loss: 1 }];
  expect(thinSteps(steps, 100)).toBe(steps);
});
