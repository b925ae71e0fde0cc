import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expectError } from "./repository/expect-error.js";
import { emptyFolder, runCli } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("unwritable");
const place = (name: string) => join(folder, name);
const config = place("config.yaml");
let pictures: string;
let model: string;

const train = (out: string) => ["train", config, "--out", out] as const;

beforeAll(async () => {
  pictures = await drawPictures(place("pictures"));
  model = await randomModel(place("small"), { hidden_size: 32, num_hidden_layers: 2 });
  const data = { train: [{ path: pictures }], evaluate: { inDomain: { path: pictures } } };
  const plan = { batchSize: 12, steps: 8, evaluate: { every: 2, start: false } };
  writeFileSync(config, JSON.stringify({ model, data, ...plan, lora: { rank: 4, alpha: 8 } }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(existsSync("/proc/self"))("a place where no directory can be made", () => {
  const add = ["data", "add", "signs", "--out", "/proc/x/signs"];
  const places: [name: string, args: () => readonly string[]][] = [
    ["train", () => train("/proc/x")],
    ["index build", () => ["index", "build", pictures, "--model", model, "--out", "/proc/x"]],
    ["data add", () => add],
    ["data add, the last level", () => [...add.slice(0, -1), "/proc/signs"]],
  ];

  test.each(places)("%s --out /proc/… is one clear error", async (_, args) => {
    const cannot = /Cannot make directory \/proc\/(x|signs) \(.* no new directories\); .* --out/;
    expectError(await runCli(args()), cannot);
  });

  test("a file in the way is named", async () => {
    const build = ["index", "build", pictures, "--model", model, "--out", join(config, "x")];
    const message = `Cannot make directory ${config} (a file is in its place)`;
    expectError(await runCli(build), message);
  });
});

describe("a full disk", () => {
  const small = place("small-disk");
  let mounted = false;
  beforeAll(() => {
    mkdirSync(small);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small], { stdio: "ignore" });
      mounted = true;
    } catch {
      console.warn("skipped: mounting a small tmpfs needs root");
    }
  });
  afterAll(() => {
    if (mounted) execFileSync("umount", [small]);
  });

  test("while training: one clear error", async ({ skip }) => {
    if (!mounted) skip("mounting a small tmpfs needs root");
    expectError(await runCli(train(join(small, "run"))), /disk is full/);
    rmSync(join(small, "run"), { recursive: true, force: true });
  });

  test("while indexing: one clear error, and no index", async ({ skip }) => {
    if (!mounted) skip("mounting a small tmpfs needs root");
    const index = join(small, "index");
    const build = ["index", "build", pictures, "--model", model, "--out", index];
    expectError(await runCli(build), /disk is full/);
    expectError(await runCli(["search", "red ring", "--index", index]), /is not an index/);
    rmSync(index, { recursive: true, force: true });
  });

  test("while encoding: one clear error", async ({ skip }) => {
    if (!mounted) skip("mounting a small tmpfs needs root");
    writeFileSync(join(small, "filler"), Buffer.alloc(65_536));
    const golden = join(import.meta.dirname, "fixtures/golden/tiny");
    const out = join(small, "out.safetensors");
    const encode = ["encode", "--tensors", join(golden, "io.safetensors"), "--out", out];
    expectError(await runCli([...encode, "--model", join(golden, "model")]), /disk is full/);
  });
});
