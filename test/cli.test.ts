import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { presetNames, readSafetensors } from "@cliptune/clip";
import { engineNames } from "@cliptune/engine";
import { afterAll, describe, expect, test } from "vitest";
import { emptyFolder, outcomeOf, runCli, startCli } from "./repository/run-cli.js";
import { rootDir } from "./repository/source-files.js";

const folder = emptyFolder("cli");
const golden = join(rootDir, "test/fixtures/golden/tiny");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commands = [
  ["train"],
  ["lr-find"],
  ["evaluate"],
  ["index", "build"],
  ["index", "update"],
  ["index", "watch"],
  ["index", "reindex"],
  ["search"],
  ["serve"],
  ["encode"],
  ["params"],
  ["data", "add"],
  ["doctor"],
];

describe("help", () => {
  test("without arguments every command is listed, and nothing fails", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const [name] of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test.each(commands.map((path) => [path.join(" "), path] as const))(
    "cliptune %s --help shows its usage, --json and an example of itself",
    async (name, path) => {
      const { code, stdout } = await runCli([...path, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: cliptune ${name}`);
      expect(stdout).toMatch(/^ {2}--json /m);
      expect(stdout).toMatch(new RegExp(`Examples?\\n {2}cliptune ${name}`));
    },
  );

  test("the help of --engine names every engine there is", async () => {
    const { stdout } = await runCli(["help", "train"]);
    const line = stdout.split("\n").find((each) => each.includes("--engine"));
    for (const name of engineNames) expect(line).toContain(name);
  });

  test("the help of --preset names every architecture that is known", async () => {
    const { stdout } = await runCli(["params", "--help"]);
    const line = stdout.split("\n").find((each) => each.includes("--preset <name>"));
    for (const name of presetNames) expect(line).toContain(name);
  });

  test("what must be given is in angle brackets, what may be left out in square ones", async () => {
    expect((await runCli(["train", "--help"])).stdout).toContain("train <config> --out <dir> [");
    expect((await runCli(["settings", "--help"])).stdout).toContain("settings [word] [options]");
    expect((await runCli(["index", "map", "--help"])).stdout).toContain("map [dir] [options]");
  });

  test("the version is that of the package", async () => {
    const { stdout } = await runCli(["--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a wrong command line ends with code 2 and one line", () => {
  test.each([
    ["an unknown command", ["serch", "x"], "unknown command serch; did you mean search?"],
    [
      "an unknown sub-command",
      ["index", "bild"],
      "unknown command index bild; did you mean build?",
    ],
    ["an unknown flag", ["params", "--rnk", "4"], "unknown flag --rnk; did you mean --rank?"],
    ["a flag of no command", ["--frobnicate"], "unknown flag --frobnicate"],
    ["a missing argument", ["search"], "missing <text>"],
    ["a missing required flag", ["train", "x.yaml"], "missing --out"],
    ["a flag without its value", ["search", "x", "-k"], "-k needs a value"],
    ["a flag in place of a value", ["search", "x", "--index", "--json"], "--index needs a value"],
    ["a value for a switch", ["doctor", "--json=yes"], "--json is a switch"],
    ["words that should be quoted", ["search", "no", "bicycles"], 'unexpected "bicycles"'],
    [
      "no number",
      ["params", "--rank", "many"],
      "--rank must be a whole number from 1 up, got many",
    ],
    ["a number out of range", ["params", "--rank", "0"], "--rank must be a whole number from 1 up"],
    ["an unknown set", ["data", "add", "sings"], "unknown set sings; did you mean signs?"],
    ["two architectures", ["params", "--preset", "tiny", "--model", "tiny"], "give one of them"],
    ["an unknown engine", ["search", "x", "--engine", "onx-cpu"], "did you mean onnx-cpu?"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toMatch(/\(see: cliptune.* --help\)/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("params", () => {
  const counts: [targets: string, trainable: number][] = [
    ["text_model.*(?:out_proj)$", 786_432],
    ["text_model.*(?:k_proj|v_proj)$", 1_572_864],
    ["text_model.*(?:k_proj|v_proj|q_proj)$", 2_359_296],
    ["text_model.*(?:k_proj|v_proj|q_proj|out_proj)$", 3_145_728],
    ["vision_model.*(?:out_proj)$", 1_179_648],
    ["vision_model.*(?:k_proj|v_proj)$", 2_359_296],
    ["vision_model.*(?:k_proj|v_proj|q_proj)$", 3_538_944],
    ["vision_model.*(?:k_proj|v_proj|q_proj|out_proj)$", 4_718_592],
    [".*(?:k_proj|v_proj|q_proj|out_proj)$", 7_864_320],
  ];
  const base = ["params", "--preset", "clip-vit-base-patch32", "--json"];

  test.each(counts)("rank 64 on %s trains %d", async (targets, trainable) => {
    const { stdout } = await runCli([...base, "--rank", "64", "--targets", targets]);
    expect(JSON.parse(stdout)).toMatchObject({ trainable, total: 151_277_313 + trainable });
  });

  test("rank 4 on q, k, v and out trains 491,520 of 151,768,833, 0.32 %", async () => {
    const { stdout } = await runCli([
      ...base,
      "--rank",
      "4",
      "--targets",
      "q_proj,k_proj,v_proj,out_proj",
    ]);
    const count = JSON.parse(stdout) as { percent: number };
    expect(count).toMatchObject({ trainable: 491_520, total: 151_768_833 });
    expect(count.percent.toFixed(2)).toBe("0.32");
  });

  test("a pattern that matches nothing is an error that says what names look like", async () => {
    const { code, stderr } = await runCli([...base, "--targets", "nothing"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*match no layer.*q_proj.*\n$/);
  });
});

describe("encode", () => {
  const encode = async (name: string, flags: readonly string[]) => {
    const out = join(folder, `${name}.safetensors`);
    const model = ["--model", join(golden, "model")];
    const tensors = ["--tensors", join(golden, "io.safetensors"), "--out", out];
    const { code, stderr, stdout } = await runCli([
      "encode",
      ...tensors,
      ...model,
      ...flags,
      "--json",
    ]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ shapes: { image_embeds: [6, 48] } });
    return (await readSafetensors(out)).tensors;
  };
  const expected = readSafetensors(join(golden, "io.safetensors"));
  const distance = async (name: string, actual: { data: ArrayLike<number> }) => {
    const wanted = (await expected).tensors[name]!.data;
    expect(actual.data.length).toBe(wanted.length);
    return Math.max(...Array.from(wanted, (value, i) => Math.abs(value - actual.data[i]!)));
  };

  test.each([
    ["base", []],
    ["lora", ["--adapter", join(golden, "adapter_init")]],
  ])("gives transformers' embeddings and logits: %s", async (name, flags) => {
    const made = await encode(name, flags);
    expect(await distance(`${name}.image_embeds`, made["image_embeds"]!)).toBeLessThan(1e-5);
    expect(await distance(`${name}.text_embeds`, made["text_embeds"]!)).toBeLessThan(1e-5);
    expect(await distance(`${name}.logits_per_image`, made["logits_per_image"]!)).toBeLessThan(
      1e-4,
    );
  });

  test("gives PEFT's logits for a trained adapter", async () => {
    const made = await encode("final", ["--adapter", join(golden, "adapter_final")]);
    expect(await distance("final.logits_per_image", made["logits_per_image"]!)).toBeLessThan(1e-4);
  });

  test("at strength 0 an adapter has no effect", async () => {
    const made = await encode("zero", [
      "--adapter",
      join(golden, "adapter_final"),
      "--strength",
      "0",
    ]);
    expect(await distance("base.image_embeds", made["image_embeds"]!)).toBeLessThan(1e-6);
  });

  test("an eager engine gives the same", async () => {
    const made = await encode("eager", ["--engine", "cpu"]);
    expect(await distance("base.logits_per_image", made["logits_per_image"]!)).toBeLessThan(1e-4);
  });
});

describe("engine xla takes its plugin", () => {
  const encode = (flags: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const files = ["--tensors", join(golden, "io.safetensors"), "--out", join(folder, "none")];
    const model = ["--model", join(golden, "model")];
    return runCli(["encode", ...model, ...files, "--engine", "xla", ...flags], { env });
  };

  test("from --pjrt-plugin, before the environment", async () => {
    const plugin = join(folder, "named.so");
    const env = { CLIPTUNE_PJRT_PLUGIN: "/other.so" };
    const { code, stderr } = await encode(["--pjrt-plugin", plugin], env);
    expect(stderr).toMatch(/^error: .*does not exist.*\n$/);
    expect(stderr).toContain(plugin);
    expect(code).toBe(1);
  });

  test("from Python's packages when no flag or variable names one", async () => {
    const packages = join(folder, "site-packages");
    const plugin = join(packages, "jax_plugins/xla_cuda13/xla_cuda_plugin.so");
    mkdirSync(dirname(plugin), { recursive: true });
    writeFileSync(plugin, "not a library");
    const { code, stderr } = await encode([], { PYTHONPATH: packages, CLIPTUNE_PJRT_PLUGIN: "" });
    expect(stderr).toMatch(/^error: .*cannot be loaded/);
    expect(stderr).toContain(plugin);
    expect(code).toBe(1);
  });
});

test("doctor --json prints one document: engines with their rates, and which one auto takes", async () => {
  const { code, stdout } = await runCli(["doctor", "--json"]);
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  const found = JSON.parse(stdout) as {
    auto: string;
    engines: { name: string; available: boolean; gflops?: number; reason?: string }[];
  };
  const auto = found.engines.find(({ name }) => name === found.auto);
  expect(auto?.gflops).toBeGreaterThan(0);
  for (const engine of found.engines) {
    expect(engine.available ? engine.gflops : engine.reason).toBeTruthy();
  }
});

test("a reader that closes the pipe early is no error", async () => {
  const child = startCli(["--help"]);
  child.stdout.destroy();
  const { code, stderr } = await outcomeOf(child);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});
