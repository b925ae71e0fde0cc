import { parseSweepConfig, planRuns, sweepTable } from "@cliptune/trainer";
import { expect, test } from "vitest";

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
});
