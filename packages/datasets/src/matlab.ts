import { readFile } from "node:fs/promises";
import { inflateSync } from "node:zlib";
import { UserError } from "@cliptune/engine";
import { readError } from "./place.js";

/** A numeric array of a .mat file, column-major as MATLAB keeps it. */
export interface Matrix {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** How a number of each of the file's types is read. */
const readers: Readonly<Record<number, readonly [bytes: number, keyof Buffer & `read${string}`]>> =
  {
    1: [1, "readInt8"],
    2: [1, "readUInt8"],
    3: [2, "readInt16LE"],
    4: [2, "readUInt16LE"],
    5: [4, "readInt32LE"],
    6: [4, "readUInt32LE"],
    7: [4, "readFloatLE"],
    9: [8, "readDoubleLE"],
  };
const [matrixType, compressedType] = [14, 15];

/** Array classes of numbers: double, single, and integers of 8 to 32 bits. */
const numeric = (kind: number): boolean => kind >= 6 && kind <= 13;

/**
 * The numeric arrays of a MATLAB 5 file by name; cells, structs, texts and sparse arrays are passed over.
 *
 * @throws UserError for a file that is missing, of another version, big-endian, or cut short
 * @see "MAT-File Format", MathWorks, chapter 1
 */
export async function readMatFile(path: string): Promise<Readonly<Record<string, Matrix>>> {
  const file = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (file.length < 128 || file.toString("latin1", 126, 128) !== "IM") {
    throw new UserError(
      `${path} is no little-endian MATLAB 5 file; save it with -v7 or -v6 (not -v7.3).`,
    );
  }
  try {
    return Object.fromEntries([...elements(file.subarray(128))].flatMap(matrices));
  } catch (error) {
    throw new UserError(`${path} is broken (${(error as Error).message}); fetch it again.`);
  }
}

interface Element {
  readonly type: number;
  readonly content: Buffer;
}

/** Tagged elements one after another; small ones have their bytes in the tag. */
function* elements(bytes: Buffer): Generator<Element> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const tag = bytes.readUInt32LE(at);
    const small = tag >>> 16;
    const type = tag & 0xffff;
    const length = small > 0 ? small : bytes.readUInt32LE(at + 4);
    const start = at + (small > 0 ? 4 : 8);
    if (start + length > bytes.length) throw new Error("it is cut short");
    yield { type, content: bytes.subarray(start, start + length) };
    const padded = type === compressedType ? length : Math.ceil(length / 8) * 8;
    at += small > 0 ? 8 : 8 + padded;
  }
}

function matrices({ type, content }: Element): [name: string, Matrix][] {
  if (type === compressedType) return [...elements(inflateSync(content))].flatMap(matrices);
  if (type !== matrixType) return [];
  const [flags, dims, name, real] = elements(content);
  if (!flags || !dims || !name || !real || !numeric(flags.content.readUInt8(0))) return [];
  return [[name.content.toString("latin1"), { dims: numbers(dims), data: numbers(real) }]];
}

function numbers({ type, content }: Element): number[] {
  const reader = readers[type];
  if (!reader) throw new Error(`its numbers are of type ${type}, which is not known`);
  const [bytes, read] = reader;
  return Array.from({ length: content.length / bytes }, (_, i) =>
    (content[read] as (offset: number) => number).call(content, i * bytes),
  );
}
