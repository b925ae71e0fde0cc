import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createXlaEngine, type XlaOptions } from "@cliptune/engine";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { functionIndex } from "../dist/pjrt/api-table.js";
import { createCompileCache } from "../dist/pjrt/compile-cache.js";
import {
  alive,
  batch,
  compiled,
  counting,
  failNext,
  folder,
  nothing,
  plugin,
  setVersion,
} from "./fake-plugin.js";

afterAll(() => rmSync(folder, { recursive: true }));

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(folder, "cache-"));
});
const entries = () => readdirSync(directory);
const entry = () => join(directory, entries()[0]!);

/** One step in an engine of its own. */
async function once(options: Omit<XlaOptions, "plugin"> = { compileCache: { directory } }) {
  const before = compiled();
  const engine = await createXlaEngine({ plugin, ...options });
  const { program, state, dispose } = await counting(engine);
  const { sum } = await program.step({ x: batch() });
  const { count } = await state.read();
  await dispose();
  expect(alive()).toEqual(nothing);
  return { compiled: compiled() - before, sum: sum!.data, count: count!.data };
}

describe("an engine with a cache", () => {
  afterEach(() => {
    failNext(-1);
    setVersion("1");
  });

  test("compiles once, loads afterwards, and computes the same; without one it keeps nothing", async () => {
    const first = await once();
    expect(first.compiled).toBe(1);
    expect(entries()).toHaveLength(1);
    const kept = readFileSync(entry());
    expect(await once()).toEqual({ ...first, compiled: 0 });
    expect(readFileSync(entry())).toEqual(kept);
    expect(await once({})).toEqual(first);
    expect(entries()).toHaveLength(1);
  });

  test("compiles anew for another precision, number of devices, XLA_FLAGS or build of the plugin", async () => {
    const compileCache = { directory };
    const all: Omit<XlaOptions, "plugin">[] = [
      { compileCache },
      { compileCache, precision: "float32" },
      { compileCache, devices: 2 },
      { compileCache: { directory, flags: "--xla_gpu_autotune_level=0" } },
    ];
    for (const options of all) expect((await once(options)).compiled).toBe(1);
    setVersion("2");
    expect((await once()).compiled).toBe(1);
    expect(entries()).toHaveLength(5);
    setVersion("1");
    for (const options of all) expect((await once(options)).compiled).toBe(0);
  });

  const damages: [string, (file: Buffer) => Buffer][] = [
    [
      "with a flipped byte",
      (file) => file.fill(file.at(-9)! ^ 1, file.length - 9, file.length - 8),
    ],
    ["cut short", (file) => file.subarray(0, file.length >> 1)],
    ["of another format", (file) => Buffer.concat([Buffer.from("x"), file])],
    ["that is empty", () => Buffer.alloc(0)],
  ];
  test.each(damages)("compiles anew in place of an entry %s", async (_, damaged) => {
    const first = await once();
    const whole = readFileSync(entry());
    writeFileSync(entry(), damaged(Buffer.from(whole)));
    expect(await once()).toEqual(first);
    expect(readFileSync(entry())).toEqual(whole);
    expect((await once()).compiled).toBe(0);
  });

  test("compiles anew when the plugin refuses what it is given", async () => {
    const first = await once();
    failNext(functionIndex.Executable_DeserializeAndLoad);
    expect(await once()).toEqual(first);
    expect((await once()).compiled).toBe(0);
  });

  test("goes without where the plugin does not serialise or say what it is, or the directory is none", async () => {
    for (const index of [
      functionIndex.Executable_Serialize,
      functionIndex.Client_PlatformVersion,
    ]) {
      failNext(index);
      expect((await once()).compiled).toBe(1);
      expect(entries()).toEqual([]);
    }
    const file = join(directory, "a-file");
    writeFileSync(file, "");
    expect((await once({ compileCache: { directory: file } })).compiled).toBe(1);
  });

  test("shares one entry between two processes that compile at once", async () => {
    const script = fileURLToPath(new URL("compile-cache-process.mjs", import.meta.url));
    const run = () => promisify(execFile)(process.execPath, [script, plugin, directory]);
    const outputs = (await Promise.all([run(), run()])).map(({ stdout }) => stdout.trim());
    expect(outputs).toEqual(["20 programs", "20 programs"]);
    expect(entries().filter((name) => name.endsWith(".xla"))).toHaveLength(20);
    expect(entries()).toHaveLength(20);
  });
});

describe("the directory", () => {
  const content = (i: number) => Buffer.alloc(1000, i);

  test("keeps to its limit: what was not used longest goes first, what a killed process left too", async () => {
    const cache = createCompileCache({ directory, limit: 4000 });
    writeFileSync(join(directory, "left.1.tmp"), content(9));
    writeFileSync(join(directory, "another-file"), content(9));
    const long = (name: string, seconds: number) => {
      const then = new Date(Date.now() - 1000 * seconds);
      utimesSync(join(directory, name), then, then);
    };
    long("left.1.tmp", 900);
    for (const [i, key] of ["a", "b", "c"].entries()) {
      await cache.write(key, content(i));
      long(`${key}.xla`, 300 - i);
    }
    expect(await cache.read("a")).toEqual(content(0)); // used now: b is the one not used longest
    await cache.write("d", content(3));
    expect(entries().sort()).toEqual(["a.xla", "another-file", "c.xla", "d.xla"]);
    await cache.write("large", Buffer.alloc(5000));
    expect(entries()).toHaveLength(4);
  });

  test("is for its owner alone, as what is read from it is run", async () => {
    const { statSync } = await import("node:fs");
    const made = join(directory, "made");
    await createCompileCache({ directory: made }).write("a", content(0));
    expect(statSync(made).mode & 0o077).toBe(0);
  });

  test("names an entry by all parts, each apart from the next, and by the flags", () => {
    const { key } = createCompileCache({ directory });
    const names = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""]].map(key);
    const other = createCompileCache({ directory, flags: "ab" }).key(["c"]);
    expect(new Set([...names, other]).size).toBe(5);
    expect(key(["ab", "c"])).toBe(names[0]);
  });
});
