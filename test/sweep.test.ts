import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectError } from "./repository/expect-error.js";
import { emptyFolder, runCli } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("sweep");
const place = (...names: string[]) => join(folder, ...names);
const sweepFile = place("sweep.yaml");
const out = place("out");

beforeAll(async () => {
  const pictures = await drawPictures(place("pictures"));
  const model = await randomModel(place("small"), { hidden_size: 32, num_hidden_layers: 2 });
  const sets = { inDomain: { path: pictures }, outOfDomain: { path: pictures } };
  const data = { train: [{ path: "pictures" }], evaluate: sets };
  const base = { model, data, batchSize: 12, steps: 2, evaluate: { every: 2 } };
  writeFileSync(place("base.yaml"), JSON.stringify(base));
  const plot = { file: "recall", title: "Recall <&> rank", x: "rank", logX: true };
  writeSweep({
    title: "Ranks",
    base: "base.yaml",
    axes: [{ name: "rank", paths: ["lora.rank", "lora.alpha"], values: [2, 4] }],
    seeds: [0, 1],
    strengths: [0, 1],
    plots: [{ ...plot, y: ["best.inDomain.textToImage.r10"], by: "strength" }],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeSweep(sweep: object): void {
  writeFileSync(sweepFile, JSON.stringify(sweep));
}

test("every run of a sweep is trained once; table and plots say what came of it", async () => {
  const first = await runCli(["sweep", sweepFile, "--out", out, "--json"]);
  expect(first.code, first.stderr).toBe(0);
  const { runs, failed, table } = JSON.parse(first.stdout);
  expect({ runs, failed }).toEqual({ runs: 4, failed: [] });
  const cells = table.rows.map((row: Record<string, unknown>) => [
    row["rank"],
    row["strength"],
    row["runs"],
  ]);
  expect(cells).toEqual([
    [2, 0, 2],
    [2, 1, 2],
    [4, 0, 2],
    [4, 1, 2],
  ]);
  const summary = (id: string) =>
    JSON.parse(readFileSync(join(out, "runs", id, "summary.json"), "utf8"));
  const recalls = ["rank-2_s0", "rank-2_s1"].map(
    (id) => summary(id).best.sets.inDomain.textToImage.r10,
  );
  const name = "best.inDomain.textToImage.r10";
  expect(table.rows[1][name]).toBeCloseTo((recalls[0] + recalls[1]) / 2, 6);
  expect(table.rows[0][name]).toBeCloseTo(summary("rank-2_s0").base.inDomain.textToImage.r10, 6);
  expect(readFileSync(join(out, "table.md"), "utf8")).toMatch(
    /\| rank \| strength \| runs \|.*in R@10/,
  );
  expect(readFileSync(join(out, "table.csv"), "utf8").split("\r\n")).toHaveLength(6);
  const svg = readFileSync(join(out, "plots", "recall.svg"), "utf8");
  expect(svg).toContain("Recall &lt;&amp;&gt; rank");
  expect(svg.match(/<circle/g)).toHaveLength(4);
  for (const file of ["recall.png", "recall-dark.svg", "recall-dark.png"]) {
    expect(existsSync(join(out, "plots", file))).toBe(true);
  }
});

test("a sweep that is started again does only what is missing", async () => {
  const log = (id: string) => readFileSync(join(out, "runs", id, "metrics.jsonl"), "utf8");
  const before = log("rank-2_s0");
  const lost = log("rank-4_s1").replaceAll(/"(\w*[sS]econds?)":[\d.e-]+/g, "");
  rmSync(join(out, "runs", "rank-4_s1"), { recursive: true });
  const again = await runCli(["sweep", sweepFile, "--out", out]);
  expect(again.code, again.stderr).toBe(0);
  expect(log("rank-2_s0")).toBe(before);
  expect(log("rank-4_s1").replaceAll(/"(\w*[sS]econds?)":[\d.e-]+/g, "")).toBe(lost);
});

test("a faulty axis is refused before the first run, and a changed run is not overwritten", async () => {
  const sweep = JSON.parse(readFileSync(sweepFile, "utf8"));
  writeSweep({ ...sweep, axes: [{ name: "lora.rnk", values: [1] }] });
  expectError(await runCli(["sweep", sweepFile, "--out", place("other")]), /did you mean "rank"/);
  expect(existsSync(place("other"))).toBe(false);
  writeSweep({ ...sweep, set: { steps: 4 } });
  expectError(
    await runCli(["sweep", sweepFile, "--out", out]),
    /differs from what the sweep file says/,
  );
});

test("lr-find leaves a table and a plot, and no run", async () => {
  const to = place("lr");
  const args = ["lr-find", place("base.yaml"), "--out", to, "--steps", "12", "--from", "1e-4"];
  const { code, stdout, stderr } = await runCli(args);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^12 steps from 1\.0e-4 to 1: loss \d/);
  expect(stdout).toContain(`${to}/lr-find.svg, .png, .csv and .json`);
  expect(readdirSync(to).every((name) => name.startsWith("lr-find"))).toBe(true);
  expect(readFileSync(join(to, "lr-find.csv"), "utf8").split("\r\n")).toHaveLength(14);
  const wrong = await runCli(["lr-find", place("base.yaml"), "--out", to, "--to", "1e-9"]);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("--from must be above") });
});

test("lr-find computes on as many devices as the configuration says", async () => {
  const base = JSON.parse(readFileSync(place("base.yaml"), "utf8"));
  writeFileSync(place("devices.yaml"), JSON.stringify({ ...base, devices: 2 }));
  const asked = await runCli(["lr-find", place("devices.yaml"), "--out", place("lr-2")]);
  expectError(asked, /2 devices were asked for; engine auto computes on one/);
});
