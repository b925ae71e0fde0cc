import { expect, test } from "vitest";
import { createProgress, describeProgress, duration } from "../dist/progress.js";

/** A stream that keeps what is written to it. */
function recorder(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

test("says how far, how fast and how long still", () => {
  const moment = { label: "train", done: 12, total: 30, note: "118 pairs/s", secondsLeft: 185 };
  expect(describeProgress(moment)).toBe("train 40 % · 12/30 · 118 pairs/s · 3 min 5 s left");
});

test("an empty task is done", () => {
  const moment = { label: "index", done: 0, total: 0, note: "", secondsLeft: undefined };
  expect(describeProgress(moment)).toBe("index 100 % · 0/0");
});

test("durations are rounded before they are split, so no one reads 60 s", () => {
  expect([0.4, 59.6, 3599.7, 7440].map(duration)).toEqual([
    "0 s",
    "1 min 0 s",
    "1 h 0 min",
    "2 h 4 min",
  ]);
});

test("a terminal's line is redrawn in place, fits the width, and is taken away", () => {
  const { written, stream } = recorder(true);
  const progress = createProgress({ label: "train", stream, interval: 0 });
  progress.update(1, 4, "a very long note that does not fit into a narrow terminal at all");
  progress.update(2, 4);
  progress.stop();
  expect(written[0]).toHaveLength(59);
  expect(written[1]).toBe("\r\u001b[2K");
  expect(written[2]).toContain("[############------------] train 50 %");
  expect(written.at(-1)).toBe("\r\u001b[2K");
  expect(written.join("")).not.toContain("\n");
});

test("elsewhere each moment is a line of its own, without control characters", () => {
  const { written, stream } = recorder(false);
  const progress = createProgress({ label: "index", stream, interval: 0 });
  progress.update(1, 2);
  progress.line("left out: broken.png");
  progress.update(2, 2);
  progress.stop();
  expect(written).toEqual(["index 50 % · 1/2\n", "left out: broken.png\n", "index 100 % · 2/2\n"]);
});

test("a resumed task's time left comes from its own pace, not from what was done before", async () => {
  const { written, stream } = recorder(false);
  const progress = createProgress({ label: "train", stream, interval: 0 });
  progress.update(1000, 1010);
  await new Promise((done) => setTimeout(done, 30));
  progress.update(1001, 1010);
  expect(written[0]).not.toContain("left");
  expect(written[1]).toMatch(/1001\/1010 · [01] s left/);
});

test("the end is told at once, and what else there is to say of it as seldom as before", () => {
  const { written, stream } = recorder(false);
  const progress = createProgress({ label: "train", stream, interval: 60_000 });
  progress.update(1, 3);
  progress.update(3, 3);
  progress.update(3, 3, "evaluating 256/1384 pictures");
  expect(written).toEqual(["train 100 % · 3/3\n"]);
});
