import { type FileHandle, open } from "node:fs/promises";
import { type Arrays, type Data, type NdArray, UserError } from "@cliptune/engine";
import { fileError, writeAtomically } from "./files.js";
import { fromBfloat16, fromHalf, toHalf } from "./half.js";

/** The contents of one `.safetensors` file. */
export interface Safetensors {
  readonly tensors: Arrays;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

interface Format {
  readonly bytes: number;
  readonly dtype: NdArray["dtype"];
  decode(raw: ArrayBuffer): Data;
}

function narrow(wide: BigInt64Array): Int32Array {
  return Int32Array.from(wide, (value) => {
    if (BigInt.asIntN(32, value) !== value) throw new RangeError(`${value} exceeds 32 bits`);
    return Number(value);
  });
}

const formats: Readonly<Record<string, Format>> = {
  F64: { bytes: 8, dtype: "float32", decode: (raw) => Float32Array.from(new Float64Array(raw)) },
  F32: { bytes: 4, dtype: "float32", decode: (raw) => new Float32Array(raw) },
  F16: { bytes: 2, dtype: "float32", decode: (raw) => fromHalf(new Uint16Array(raw)) },
  BF16: { bytes: 2, dtype: "float32", decode: (raw) => fromBfloat16(new Uint16Array(raw)) },
  I64: { bytes: 8, dtype: "int32", decode: (raw) => narrow(new BigInt64Array(raw)) },
  I32: { bytes: 4, dtype: "int32", decode: (raw) => new Int32Array(raw) },
  U8: { bytes: 1, dtype: "uint8", decode: (raw) => new Uint8Array(raw) },
  BOOL: { bytes: 1, dtype: "bool", decode: (raw) => new Uint8Array(raw) },
};

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** One read call moves at most 2 GiB, so large arrays come in pieces. */
async function readBytes(file: FileHandle, start: number, length: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const piece = Math.min(length - done, 2 ** 30);
    const { bytesRead } = await file.read(bytes, done, piece, start + done);
    if (bytesRead === 0) throw new RangeError("the file ended early");
    done += bytesRead;
  }
  return bytes.buffer;
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  return (
    typeof dtype === "string" &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isCount)
  );
}

async function readHeader(path: string, file: FileHandle, size: number) {
  if (size < 8) throw new UserError(`${path} is not a safetensors file: it has ${size} bytes.`);
  const length = Number(new DataView(await readBytes(file, 0, 8)).getBigUint64(0, true));
  if (length > size - 8) {
    throw new UserError(
      `${path} is cut short or not a safetensors file: its header needs ${length} bytes, the file has ${size}.`,
    );
  }
  const text = new TextDecoder().decode(await readBytes(file, 8, length));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not a safetensors file: its header is not JSON.`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new UserError(`${path} is not a safetensors file: its header is not a JSON object.`);
  }
  return { header: header as Readonly<Record<string, unknown>>, start: 8 + length };
}

function checkEntry(where: string, entry: unknown, available: number): Entry & { format: Format } {
  if (!isEntry(entry)) throw new UserError(`${where}: its header entry is malformed.`);
  const format = formats[entry.dtype];
  if (!format) {
    throw new UserError(
      `${where}: type ${entry.dtype} is not supported; known types: ${Object.keys(formats).join(", ")}.`,
    );
  }
  const [begin, end] = entry.data_offsets;
  if (end - begin !== count(entry.shape) * format.bytes) {
    throw new UserError(
      `${where}: ${entry.dtype} [${entry.shape.join(", ")}] does not fill its ${end - begin} bytes.`,
    );
  }
  if (end > available) {
    throw new UserError(
      `${where}: the file is cut short; its data ends at byte ${available}, ${end} are needed. Download or save it again.`,
    );
  }
  return { ...entry, format };
}

/**
 * Reads a `.safetensors` file. Half precision (F16, BF16) and F64 become float32, I64 becomes int32.
 *
 * @throws UserError naming the file (and tensor) when it is missing, cut short or malformed
 * @see https://github.com/huggingface/safetensors#format
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const file = await open(path).catch((error: unknown) => {
    throw fileError("read", path, error);
  });
  try {
    const { size } = await file.stat();
    const { header, start } = await readHeader(path, file, size);
    const tensors: Record<string, NdArray> = {};
    for (const [name, value] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const { format, shape, data_offsets } = checkEntry(`${path}: ${name}`, value, size - start);
      const [begin, end] = data_offsets;
      const raw = await readBytes(file, start + begin, end - begin);
      tensors[name] = { dtype: format.dtype, shape, data: decode(`${path}: ${name}`, format, raw) };
    }
    const metadata = (header["__metadata__"] ?? {}) as Record<string, string>;
    return { tensors, metadata };
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    await file.close();
  }
}

function decode(where: string, format: Format, raw: ArrayBuffer): Data {
  try {
    return format.decode(raw);
  } catch (error) {
    throw new UserError(`${where}: ${(error as Error).message}.`);
  }
}

const stored = { float32: "F32", int32: "I32", uint8: "U8", bool: "BOOL" } as const;

function encode(
  array: NdArray,
  dtype: "float32" | "float16",
): { type: string; data: Data | Uint16Array } {
  if (array.dtype === "float32" && dtype === "float16") {
    return { type: "F16", data: toHalf(array.data as Float32Array) };
  }
  return { type: stored[array.dtype], data: array.data };
}

export interface WriteOptions {
  /** `{"format": "pt"}` unless given; PEFT and transformers look for it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** `float16` rounds the float32 arrays to half precision. */
  readonly dtype?: "float32" | "float16";
}

/**
 * Writes arrays as one `.safetensors` file, atomically: names in order, widest types first, as the
 * reference library lays them out.
 *
 * @throws UserError when the file cannot be written, a full disk included
 */
export async function writeSafetensors(
  path: string,
  arrays: Arrays,
  { metadata = { format: "pt" }, dtype = "float32" }: WriteOptions = {},
): Promise<void> {
  const entries = Object.entries(arrays)
    .map(([name, array]) => ({ name, shape: array.shape, ...encode(array, dtype) }))
    .sort(
      (a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1),
    );
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, type, data } of entries) {
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await writeAtomically(path, async (file) => {
    await file.writeFile(Buffer.concat([length, padded]));
    for (const { data } of entries) await writeAll(file, data);
  });
}

async function writeAll(file: FileHandle, data: Data | Uint16Array): Promise<void> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 30));
    done += bytesWritten;
  }
}
