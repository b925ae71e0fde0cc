import {
  parseSweepConfig,
  planRuns,
  sweepTable,
  tableMarkdown,
  unknownColumns,
} from "@cliptune/trainer";
import { expect, test } from "vitest";
import { lineChart } from "../dist/plots/line-chart.js";
import { sweepChart } from "../dist/sweep/plot.js";

test("an axis that is called as a metric keeps its own column, and seeds become mean and deviation", () => {
  const values = ["infoNce", "siglip"].map((name) => ({
    label: name,
    set: { loss: [{ [name]: 1 }] },
  }));
  const axes = [{ name: "loss", values }];
  const sweep = parseSweepConfig(
    { title: "Losses", base: {}, axes, seeds: [0, 1], columns: ["seconds"] },
    "sweep.yaml",
  );
  const results = planRuns(sweep, {}).map((run, i) => ({
    run,
    numbers: { loss: 0.5, seconds: i },
    strengths: [],
  }));
  const { columns, rows } = sweepTable(sweep, results);
  expect(columns.map(({ name }) => name)).toEqual(["loss", "runs", "seconds", "seconds±"]);
  expect(rows).toMatchObject([
    { loss: "infoNce", runs: 2, seconds: 0.5, "seconds±": Math.SQRT1_2 },
    { loss: "siglip", runs: 2, seconds: 2.5, "seconds±": Math.SQRT1_2 },
  ]);
  expect(tableMarkdown({ title: "Losses", columns, rows }).split("\n").slice(2, 5)).toEqual([
    "| loss | runs | time (s) |",
    "| :-- | --: | --: |",
    "| infoNce | 2 | 0.500 ± 0.707 |",
  ]);
});

test("metrics of the base are called as the best one's, others by their paths", () => {
  const columns = ["base.inDomain.zeroShot.top1", "final.inDomain.imageToText.r5"];
  const sweep = parseSweepConfig({ title: "t", base: {}, columns }, "s");
  const numbers = Object.fromEntries(columns.map((name) => [name, 1]));
  const run = planRuns(sweep, {})[0]!;
  const table = sweepTable(sweep, [{ run, numbers, strengths: [] }]);
  expect(table.columns.map(({ label }) => label)).toEqual(["runs", "base in top-1", columns[1]]);
});

test("null takes a key of the base away, so that steps may stand for its epochs", () => {
  const set = { steps: 5, epochs: null, "data.texts": null };
  const sweep = parseSweepConfig({ title: "t", base: {}, set }, "sweep.yaml");
  const base = { epochs: 3, data: { texts: 1, train: 2 } };
  expect(planRuns(sweep, base)[0]!.config).toEqual({ steps: 5, seed: 0, data: { train: 2 } });
});

test("a column that no run has is named, one that only some lack is not", () => {
  const plots = [{ file: "p", title: "p", x: "rank", y: ["seconds", "best.typo"] }];
  const axes = [{ name: "rank", paths: ["lora.rank"], values: [1, 2] }];
  const sweep = parseSweepConfig({ title: "t", base: {}, axes, plots, columns: ["los"] }, "s");
  const results = planRuns(sweep, {}).map((run, i) => ({
    run,
    ...(i === 0 && { numbers: { seconds: 1 } }),
    strengths: [],
  }));
  expect(unknownColumns(sweep, sweepTable(sweep, results))).toEqual(["los", "best.typo"]);
});

test("what was set stands in the table as it was written, what was measured in three decimals", () => {
  const sweep = parseSweepConfig({ title: "t", base: {}, strengths: [0.25] }, "s");
  const strengths = [[0.25, { "best.inDomain.textToImage.r1": 0.12345 }]] as const;
  const table = sweepTable(sweep, [{ run: planRuns(sweep, {})[0]!, strengths }]);
  expect(tableMarkdown(table)).toContain("\n| 0.25 | 1 | 0.123 |\n");
});

test("a path may go through a list, by the place of its item", () => {
  const axes = [{ name: "shots", paths: ["data.train.1.shots"], values: [1, 2] }];
  const base = { data: { train: [{ path: "a" }, { path: "b" }] } };
  const sweep = parseSweepConfig({ title: "t", base: {}, axes }, "sweep.yaml");
  const train = planRuns(sweep, base).map(({ config }) => config["data"]);
  expect(train).toEqual([1, 2].map((shots) => ({ train: [{ path: "a" }, { path: "b", shots }] })));
  const beyond = parseSweepConfig({ title: "t", base: {}, set: { "data.train.2.shots": 1 } }, "s");
  expect(() => planRuns(beyond, base)).toThrow("asks for item 2 of a list of 2; the first is 0");
});

test("a plot over several seeds has a whisker of their deviation at each point, and of one seed none", () => {
  const chartOf = (seeds: number[]) => {
    const plot = { file: "p", title: "p", x: "rank", y: ["seconds"] };
    const axes = [{ name: "rank", paths: ["lora.rank"], values: [1, 2] }];
    const sweep = parseSweepConfig({ title: "t", base: {}, axes, seeds, plots: [plot] }, "s");
    const results = planRuns(sweep, {}).map((run, i) => ({
      run,
      numbers: { seconds: i },
      strengths: [],
    }));
    return sweepChart(sweep.plots[0]!, sweepTable(sweep, results));
  };
  expect(chartOf([0, 1]).lines[0]!.points).toEqual([
    [1, 0.5, Math.SQRT1_2],
    [2, 2.5, Math.SQRT1_2],
  ]);
  expect(lineChart(chartOf([0, 1]), "light")).toMatch(/<path d="M[\d.]+ [\d.]+V[\d.]+M/);
  expect(chartOf([0]).lines[0]!.points).toEqual([
    [1, 0],
    [2, 1],
  ]);
});
