import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@cliptune/clip";
import type { Arrays } from "@cliptune/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHalf, toHalf } from "../dist/half.js";
import { golden } from "./golden.js";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "clip-safetensors-"));
});
afterAll(() => rm(dir, { recursive: true }));

/** A file with this header, whatever it says, and this many bytes of data. */
async function file(name: string, header: unknown, data: Uint8Array): Promise<string> {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(join(dir, name), Buffer.concat([length, json, data]));
  return join(dir, name);
}

const bytes = (...arrays: ArrayBufferView[]): Uint8Array =>
  Buffer.concat(arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength)));

describe("half precision", () => {
  test("every half survives the way to float and back", () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const back = toHalf(fromHalf(halves));
    const isNaNHalf = (h: number) => (h & 0x7c00) === 0x7c00 && (h & 0x3ff) !== 0;
    expect(halves.filter((h, i) => !isNaNHalf(h) && back[i] !== h)).toEqual(new Uint16Array());
  });

  test("rounds to nearest, ties to even, and overflows to infinity", () => {
    const rounded = (value: number) => fromHalf(toHalf(Float32Array.of(value)))[0];
    expect(rounded(1 + 2 ** -11)).toBe(1);
    expect(rounded(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(rounded(65519)).toBe(65504);
    expect(rounded(65520)).toBe(Number.POSITIVE_INFINITY);
    expect(rounded(2 ** -25)).toBe(0);
    expect(rounded(-(2 ** -24))).toBe(-(2 ** -24));
    expect(rounded(Number.NaN)).toBeNaN();
  });
});

describe("reading", () => {
  test("takes every type it knows, aligned or not", async () => {
    const data = bytes(
      Uint8Array.of(1, 0, 1), // BOOL, so what follows is not aligned
      Float32Array.of(1.5, -2),
      Uint16Array.of(0x3c00), // F16 1
      Uint16Array.of(0x4049), // BF16 3.140625
      BigInt64Array.of(49407n, -1n),
      Int32Array.of(7),
      Float64Array.of(0.25),
    );
    const path = await file(
      "types.safetensors",
      {
        __metadata__: { format: "pt" },
        flags: { dtype: "BOOL", shape: [3], data_offsets: [0, 3] },
        f32: { dtype: "F32", shape: [2, 1], data_offsets: [3, 11] },
        f16: { dtype: "F16", shape: [], data_offsets: [11, 13] },
        bf16: { dtype: "BF16", shape: [1], data_offsets: [13, 15] },
        i64: { dtype: "I64", shape: [2], data_offsets: [15, 31] },
        i32: { dtype: "I32", shape: [1], data_offsets: [31, 35] },
        f64: { dtype: "F64", shape: [1], data_offsets: [35, 43] },
      },
      data,
    );
    const { tensors, metadata } = await readSafetensors(path);
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors).toEqual({
      flags: { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) },
      f32: { dtype: "float32", shape: [2, 1], data: Float32Array.of(1.5, -2) },
      f16: { dtype: "float32", shape: [], data: Float32Array.of(1) },
      bf16: { dtype: "float32", shape: [1], data: Float32Array.of(3.140625) },
      i64: { dtype: "int32", shape: [2], data: Int32Array.of(49407, -1) },
      i32: { dtype: "int32", shape: [1], data: Int32Array.of(7) },
      f64: { dtype: "float32", shape: [1], data: Float32Array.of(0.25) },
    });
  });

  test.each([
    [
      "missing",
      async () => join(dir, "none.safetensors"),
      /Cannot read .*none.*: it does not exist/,
    ],
    ["a directory", async () => dir, /directory/],
    [
      "tiny",
      async () => {
        await writeFile(join(dir, "a"), "hi");
        return join(dir, "a");
      },
      /it has 2 bytes/,
    ],
    [
      "header beyond the file",
      async () => {
        const path = join(dir, "long");
        await writeFile(path, Buffer.from([255, 255, 255, 255, 255, 255, 0, 0, 123]));
        return path;
      },
      /cut short or not a safetensors file: its header needs/,
    ],
    ["bad JSON", () => file("bad", "{nope", new Uint8Array()), /header is not JSON/],
    ["a list", () => file("list", [], new Uint8Array()), /not a JSON object/],
    [
      "cut short",
      () =>
        file("cut", { w: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, new Uint8Array(9)),
      /cut: w: the file is cut short/,
    ],
    [
      "wrong size",
      () =>
        file("size", { w: { dtype: "F32", shape: [4], data_offsets: [0, 8] } }, new Uint8Array(8)),
      /F32 \[4\] does not fill its 8 bytes/,
    ],
    [
      "unknown type",
      () =>
        file(
          "type",
          { w: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } },
          new Uint8Array(1),
        ),
      /F8_E4M3 is not supported/,
    ],
    [
      "malformed entry",
      () => file("entry", { w: { dtype: "F32" } }, new Uint8Array(1)),
      /malformed/,
    ],
    [
      "an integer out of range",
      () =>
        file(
          "i64",
          { w: { dtype: "I64", shape: [1], data_offsets: [0, 8] } },
          bytes(BigInt64Array.of(2n ** 40n)),
        ),
      /exceeds 32 bits/,
    ],
  ])("a file that is %s is a clear error", async (_, make, message) => {
    const path = await make();
    await expect(readSafetensors(path)).rejects.toThrow(
      expect.objectContaining({ name: "UserError", message: expect.stringMatching(message) }),
    );
  });
});

describe("writing", () => {
  const arrays: Arrays = {
    b: { dtype: "float32", shape: [2], data: Float32Array.of(0.5, 1 / 3) },
    a: { dtype: "int32", shape: [], data: Int32Array.of(-3) },
    flags: { dtype: "bool", shape: [1], data: Uint8Array.of(1) },
  };

  test("comes back as it was, with its metadata", async () => {
    const path = join(dir, "out.safetensors");
    await writeSafetensors(path, arrays, { metadata: { format: "pt", step: "12" } });
    expect(await readSafetensors(path)).toEqual({
      tensors: arrays,
      metadata: { format: "pt", step: "12" },
    });
    expect((await readFile(path)).readUInt32LE(0) % 8).toBe(0);
  });

  test("float16 rounds floats and leaves integers", async () => {
    const path = join(dir, "half.safetensors");
    await writeSafetensors(path, arrays, { dtype: "float16" });
    const { tensors } = await readSafetensors(path);
    expect([...tensors["b"]!.data]).toEqual([0.5, 0.333251953125]);
    expect(tensors["a"]).toEqual(arrays["a"]);
  });

  test("a file of PEFT's written again is the same to the byte", async () => {
    const source = golden("tiny/adapter_final/adapter_model.safetensors");
    const { tensors, metadata } = await readSafetensors(source);
    const copy = join(dir, "copy.safetensors");
    await writeSafetensors(copy, tensors, { metadata });
    expect(Buffer.compare(await readFile(copy), await readFile(source))).toBe(0);
  });

  test("a fault names the file and leaves nothing behind", async () => {
    const path = join(dir, "no-such-folder", "x.safetensors");
    await expect(writeSafetensors(path, arrays)).rejects.toThrow(/Cannot write .*x\.safetensors/);
    expect((await readdir(dir)).filter((name) => name.includes(".tmp"))).toEqual([]);
  });
});
