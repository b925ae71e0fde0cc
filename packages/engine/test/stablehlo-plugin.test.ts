import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, findPjrtPlugin, UserError } from "@cliptune/engine";
import { afterAll, expect, test } from "vitest";
import { functionIndex, header } from "../dist/pjrt/api-table.js";
import { compileOptions } from "../dist/pjrt/compile-options.js";
import { cudaDirectoryOf } from "../dist/pjrt/find-plugin.js";
import { checkTable } from "../dist/pjrt/library.js";

const folder = mkdtempSync(join(tmpdir(), "cliptune-pjrt-"));
afterAll(() => rmSync(folder, { recursive: true }));

const starting = (plugin?: string) => createEngine("xla", plugin ? { plugin } : {});

async function expectUserError(promise: Promise<unknown>, ...words: string[]): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  for (const word of words) expect((error as Error).message).toContain(word);
}

test("xla without a plugin says which file it needs", () =>
  expectUserError(starting(), "needs a PJRT plugin", "xla_cuda_plugin.so", "onnx-cpu"));

test("several devices are xla's alone", async () => {
  const asked = createEngine("onnx-cpu", { devices: 2 });
  await expectUserError(asked, "2 devices", "onnx-cpu computes on one", "use engine xla");
});

test("a plugin that is not there is named", () =>
  expectUserError(starting("/no/such/plugin.so"), "/no/such/plugin.so does not exist"));

test("a file that is no library is refused with the loader's reason", async () => {
  const file = join(folder, "text.so");
  writeFileSync(file, "not a library");
  await expectUserError(starting(file), file, "cannot be loaded", "shared library");
});

test("a library that is no plugin is refused for want of GetPjrtApi", async () => {
  const report = process.report.getReport() as unknown as { sharedObjects: string[] };
  const library = report.sharedObjects.find((path) => path.includes("onnxruntime"));
  expect(library).toBeDefined();
  await expectUserError(starting(library), `${library} is no PJRT plugin`, "GetPjrtApi");
});

/** The start of a function table of the version given. */
function table(major: number, minor: number, functions: number): Buffer {
  const head = Buffer.alloc(header.size);
  head.writeBigUInt64LE(BigInt(header.size + 8 * functions), header.structSize);
  head.writeInt32LE(major, header.majorVersion);
  head.writeInt32LE(minor, header.minorVersion);
  return head;
}

test("a plugin of a version that cannot be called is refused, a later minor one taken", () => {
  const functions = Math.max(...Object.values(functionIndex)) + 1;
  expect(checkTable("p.so", table(0, 115, functions + 60)).version).toBe("0.115");
  expect(() => checkTable("p.so", table(0, 30, functions))).toThrow(/speaks PJRT 0\.30; 0\.54 or/);
  expect(() => checkTable("p.so", table(1, 0, functions))).toThrow(/speaks PJRT 1\.0/);
  expect(() => checkTable("p.so", table(0, 60, functions - 1))).toThrow(/Install a newer plugin/);
});

test("compile options are CompileOptionsProto's bytes: any device, one replica, a partition each device", () => {
  const anyDevice = [0x08, ...Array(9).fill(0xff), 0x01];
  expect([...compileOptions(1)]).toEqual([0x1a, 15, ...anyDevice, 0x20, 1, 0x28, 1]);
  expect([...compileOptions(4)]).toEqual([
    0x1a,
    20,
    ...anyDevice,
    0x20,
    1,
    0x28,
    4,
    0x30,
    1,
    0x98,
    1,
    1,
  ]);
});

test("flags of XLA's are said as overrides of what the environment says", () => {
  const text = (s: string) => [s.length, ...Buffer.from(s)];
  const override = [0x12, 4, 0x0a, ...text("/c")];
  const entry = [0x0a, ...text("a_flag"), ...override];
  const options = [...compileOptions(1, { a_flag: "/c" })];
  expect(options).toEqual([...compileOptions(1), 0x3a, entry.length, ...entry]);
});

test("CUDA's files are found in the Python packages beside a plugin's", () => {
  const site = join(folder, "with-cuda");
  const plugin = join(site, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so");
  expect(cudaDirectoryOf(plugin)).toBeUndefined();
  for (const name of ["cuda_nvcc", "cu13"]) {
    mkdirSync(join(site, "nvidia", name, "bin"), { recursive: true });
    writeFileSync(join(site, "nvidia", name, "bin", "ptxas"), "");
    expect(cudaDirectoryOf(plugin)).toBe(join(site, "nvidia", name));
  }
});

test("a plugin is found in the first folder that holds one, the newest CUDA before older ones", () => {
  const site = (name: string, ...packages: string[]) => {
    for (const plugin of packages) {
      const at = join(folder, name, "jax_plugins", plugin);
      mkdirSync(at, { recursive: true });
      writeFileSync(join(at, "xla_cuda_plugin.so"), "");
    }
    return join(folder, name);
  };
  const [none, both] = [site("none"), site("both", "xla_cuda12", "xla_cuda13")];
  const old = site("old", "xla_cuda12");
  expect(findPjrtPlugin([none])).toBeUndefined();
  expect(findPjrtPlugin([none, both, old])).toBe(
    join(both, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so"),
  );
  expect(findPjrtPlugin([old, both])).toContain(join("old", "jax_plugins", "xla_cuda12"));
});
