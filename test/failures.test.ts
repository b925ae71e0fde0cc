import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectError } from "./repository/expect-error.js";
import {
  emptyFolder,
  type Outcome,
  outcomeOf,
  runCli,
  startCli,
  untilPrinted,
} from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("failures");
const place = (name: string) => join(folder, name);
let pictures: string;
let model: string;
let other: string;
let config: string;

/** A picture of `drawPictures`, found. */
interface DrawnHit {
  readonly title: string;
  readonly score: number;
  readonly fields: { readonly colour: string; readonly letters: number };
}

/** A training configuration; JSON is YAML. */
function writeConfig(name: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const base = {
    model,
    data: { train: [{ path: pictures }], evaluate: { inDomain: { path: pictures } } },
    ...{ batchSize: 12, steps: 8, lora: { rank: 4, alpha: 8 } },
    evaluate: { every: 2, start: false },
  };
  writeFileSync(place(name), JSON.stringify({ ...base, ...changes }));
  return place(name);
}

const train = (file: string, out: string, ...flags: string[]) =>
  ["train", file, "--out", out, ...flags] as const;

/** A copy of the pictures, with one of them replaced by other bytes. */
function spoil(name: string, bytes: Buffer | string): string {
  const dir = place(name);
  execFileSync("cp", ["-r", pictures, dir]);
  writeFileSync(join(dir, "images/red-ring.png"), bytes);
  return dir;
}

beforeAll(async () => {
  pictures = await drawPictures(place("pictures"));
  model = await randomModel(place("small"), { hidden_size: 32, num_hidden_layers: 2 });
  other = await randomModel(place("other"), { hidden_size: 48, num_hidden_layers: 2 });
  config = writeConfig("config.yaml");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("pictures", () => {
  const whole = () => readFileSync(join(pictures, "images/red-ring.png"));
  const kinds: [name: string, bytes: () => Buffer | string][] = [
    ["a truncated picture", () => whole().subarray(0, 120)],
    ["text named .png", () => "this is no picture"],
    ["a PDF named .png", () => "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"],
    ["an empty file", () => ""],
  ];

  test.each(kinds)("%s stops training, and is named", async (name, bytes) => {
    const data = spoil(`train ${name}`, bytes());
    const file = writeConfig("broken.yaml", { data: { train: [{ path: data }] }, steps: 3 });
    expectError(await runCli(train(file, place(`run ${name}`))), /red-ring\.png/);
  });

  test("a broken picture is left out of an index, named and counted", async () => {
    const data = spoil("index", whole().subarray(0, 120));
    const out = place("index-out");
    const { code, stdout, stderr } = await runCli([
      "index",
      "build",
      data,
      "--model",
      model,
      "--out",
      out,
      "--json",
    ]);
    expect(stderr).toMatch(/left out: .*red-ring\.png/);
    expect(JSON.parse(stdout)).toMatchObject({ count: 35, skipped: 1 });
    expect(code).toBe(0);
    const strict = ["index", "build", data, "--model", model, "--out", out, "--strict"];
    expectError(await runCli(strict), /red-ring\.png/);
  });
});

describe("data sets", () => {
  test("an empty folder is named", async () => {
    mkdirSync(place("empty"));
    const file = writeConfig("empty.yaml", { data: { train: [{ path: "./empty" }] } });
    expectError(await runCli(train(file, place("run-empty"))), /empty has no pictures/);
    expectError(await runCli(["index", "build", place("empty"), "--model", model]), /no pictures/);
  });

  test("a split that nothing is in lists the splits that are", async () => {
    const file = writeConfig("split.yaml", { data: { train: [{ path: pictures, split: "dev" }] } });
    expectError(await runCli(train(file, place("run-split"))), /no pairs with split "dev"/);
  });

  test("a folder that is not there is told apart from a bundled set", async () => {
    expectError(await runCli(["evaluate", "sings"]), /no folder .*sings.*signs, noto, openmoji/);
  });

  test("an unknown bundled set in a config lists the known ones", async () => {
    const file = writeConfig("set.yaml", { data: { train: [{ set: "sings" }] } });
    expectError(await runCli(train(file, place("run-set"))), /"sings"; known sets: signs/);
  });
});

describe("configuration", () => {
  test("an unknown key is an error that names the nearest", async () => {
    const file = writeConfig("key.yaml", { lora: { rnak: 4 } });
    expectError(
      await runCli(train(file, place("run-key"))),
      /"rnak"; did you mean "rank"/,
      /key\.yaml/,
    );
  });

  test("bad YAML is named with its line", async () => {
    writeFileSync(place("bad.yaml"), "seed: 1\nmodel: [\n");
    expectError(
      await runCli(train(place("bad.yaml"), place("run-bad"))),
      /bad\.yaml:\d+:\d+ is not valid YAML/,
    );
  });

  test("a missing file is named", async () => {
    expectError(await runCli(train(place("none.yaml"), place("run-none"))), /none\.yaml/);
  });

  test("CLIPTUNE_DEBUG=1 shows where an error comes from", async () => {
    const { stderr } = await runCli(train(place("none.yaml"), place("x")), {
      env: { CLIPTUNE_DEBUG: "1" },
    });
    expect(stderr).toMatch(/^\s+at /m);
  });
});

describe("models", () => {
  test("a directory without weights is named", async () => {
    const bare = place("bare");
    execFileSync("cp", ["-r", model, bare]);
    rmSync(join(bare, "model.safetensors"));
    const build = ["index", "build", pictures, "--model", bare, "--out", place("bare-index")];
    expectError(await runCli(build), /bare has no model\.safetensors/);
  });

  test("a truncated weights file is named", async () => {
    const cut = place("cut");
    execFileSync("cp", ["-r", model, cut]);
    const file = join(cut, "model.safetensors");
    writeFileSync(file, readFileSync(file).subarray(0, 5000));
    const build = ["index", "build", pictures, "--model", cut, "--out", place("cut-index")];
    expectError(await runCli(build), /cut\/model\.safetensors/);
  });
});

describe("one run", () => {
  let run: string;
  let finished: Outcome;
  beforeAll(async () => {
    run = place("run");
    finished = await runCli(train(config, run, "--json"));
  });

  test("prints exactly one JSON document on stdout, and its progress on stderr", () => {
    expect(finished.code).toBe(0);
    expect(finished.stdout.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(finished.stdout)).toMatchObject({ outDir: run, step: 8, interrupted: false });
    expect(finished.stderr).toMatch(/train 100 % · 8\/8 · loss \d\.\d+ · \d+ pairs\/s/);
  });

  test("is not overwritten by another", async () => {
    expectError(await runCli(train(config, run)), /holds a run already; go on with --resume/);
  });

  test("its adapter on another model is refused, with the reason", async () => {
    const adapter = join(run, "best");
    const build = ["index", "build", pictures, "--model", other, "--adapter", adapter];
    expectError(await runCli([...build, "--out", place("x")]), /made for another model/);
  });

  test("is evaluated beside its base", async () => {
    const { stdout } = await runCli(["evaluate", pictures, "--run", run, "--json"]);
    const { n, base, tuned } = JSON.parse(stdout);
    expect(n).toBe(36);
    for (const { textToImage, imageToText } of [base, tuned]) {
      expect(textToImage.r10).toBeGreaterThanOrEqual(textToImage.r1);
      expect(imageToText.r10).toBeLessThanOrEqual(1);
    }
    expect(tuned.alignment).not.toBe(base.alignment);
  });

  test("its index finds, and refuses another model", async () => {
    const index = place("tuned-index");
    const built = await runCli(["index", "build", pictures, "--run", run, "--out", index]);
    expect(built.code).toBe(0);
    const { stdout } = await runCli(["search", "red ring", "-k", "36", "--index", index, "--json"]);
    const { hits } = JSON.parse(stdout) as { hits: DrawnHit[] };
    expect(new Set(hits.map(({ title }) => title)).size).toBe(36);
    for (const { title, fields } of hits) {
      const [colour, shape] = title.split(" ");
      expect(fields).toEqual({ colour, letters: shape!.length }); // as in metadata.jsonl
    }
    expect(hits.map(({ score }) => score)).toEqual(
      hits.map(({ score }) => score).sort((a, b) => b - a),
    );
    const wrong = await runCli(["search", "red ring", "--index", index, "--model", other]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^error: .*(another model|made by another)/);
  });

  test("killed with -9 and resumed, it ends with the very same adapter", async () => {
    const out = place("killed");
    const child = startCli(train(config, out));
    const ended = outcomeOf(child);
    await untilPrinted(child, "step 4:");
    child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    const { code, stderr } = await runCli(train(config, out, "--resume"));
    expect(stderr).toMatch(/Going on from step [2-6] of 8/);
    expect(code).toBe(0);
    const adapter = "checkpoints/step-000008/adapter_model.safetensors";
    expect(readFileSync(join(out, adapter))).toEqual(readFileSync(join(run, adapter)));
    const metrics = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
    const steps = metrics.map((line) => JSON.parse(line)).filter(({ type }) => type === "step");
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("Ctrl-C saves, says how to go on, and ends with code 130", async () => {
    const out = place("interrupted");
    const long = writeConfig("long.yaml", { steps: 2000 });
    const child = startCli(train(long, out));
    const ended = outcomeOf(child);
    await untilPrinted(child, "step 2:");
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(
      /^Saved at step \d+ of 2000\. Go on with: cliptune train .* --resume\n$/,
    );
    const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
    expect(summary).toMatchObject({ interrupted: true, totalSteps: 2000 });
  });
});
