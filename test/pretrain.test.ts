import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rootDir } from "./repository/source-files.js";

const pretrain = (...args: string[]) =>
  spawnSync(process.execPath, ["scripts/pretrain.mjs", ...args], {
    cwd: rootDir,
    encoding: "utf8",
  });

test("npm run pretrain tells its flags, and refuses what makes no sense", () => {
  const { status, stdout } = pretrain("--help");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^usage: npm run pretrain .*--engine NAME.*--steps N/);
  for (const wrong of [
    ["--steps", "0"],
    ["--steps", "2", "--ship"],
    ["--engin", "xla"],
  ]) {
    const { status, stderr } = pretrain(...wrong);
    expect(status, wrong.join(" ")).toBe(2);
    expect(stderr).toMatch(/^error: .*\nusage: /);
  }
});

test("its recipes have the lines that it fills in", () => {
  for (const recipe of ["tiny", "tiny-pictures", "tiny-pictures-varied"]) {
    const text = readFileSync(join(rootDir, "data/recipes", `${recipe}.yaml`), "utf8");
    expect(text.match(/^steps: \d+/gm), recipe).toHaveLength(1);
    expect(text.match(/^(model|init): /gm), recipe).toHaveLength(1);
    expect(text, recipe).toContain("../../.cliptune/base");
  }
});
