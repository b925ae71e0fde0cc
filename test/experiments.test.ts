import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSweepConfig, parseTrainConfig, planRuns } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { rootDir } from "./repository/source-files.js";

const folder = join(rootDir, "experiments");
const read = (name: string) => parse(readFileSync(join(folder, name), "utf8"));
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const sweeps = files.filter((name) => "axes" in read(name));

test.each(sweeps)("%s is a sweep whose every run is a valid configuration", (name) => {
  const sweep = parseSweepConfig(read(name), name);
  const runs = planRuns(sweep, read(String(sweep.base)));
  expect(runs.length).toBeGreaterThan(1);
  for (const { id, config } of runs) parseTrainConfig(config, id);
});

test("what is no sweep is a configuration that one begins with", () => {
  const bases = new Set(sweeps.map((name) => read(name).base));
  for (const name of files.filter((file) => !sweeps.includes(file))) {
    parseTrainConfig(read(name), name);
    expect(bases).toContain(name);
  }
});
