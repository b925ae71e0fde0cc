import { type FileHandle, open } from "node:fs/promises";
import { fromHalf, toHalf } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { codeOf } from "../error-code.js";

export type NpyPrecision = "float32" | "float16";

/** A matrix in NumPy's format, read as float32. */
export interface NpyFile {
  readonly rows: number;
  readonly dimension: number;
  /** `[n, D]` from row `first` on. */
  read(first: number, n: number): Promise<Float32Array>;
  close(): Promise<void>;
}

const descriptions = { float32: "<f4", float16: "<f2" } as const;
const magic = "\x93NUMPY";

/**
 * Opens a file that `numpy.save` wrote, of any version of the format.
 *
 * @throws UserError unless it holds a whole matrix of little-endian float32 or float16, row by row
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new UserError(`${path} does not exist.`, { cause: error });
  });
  try {
    const { header, start } = await readHeader(path, file);
    const { rows, dimension, precision } = parseHeader(path, header);
    const width = precision === "float32" ? 4 : 2;
    const { size } = await file.stat();
    if (size < start + rows * dimension * width) {
      throw new UserError(
        `${path} is cut short: it has ${size} bytes of ${start + rows * dimension * width}; fetch or write it again.`,
      );
    }
    return {
      rows,
      dimension,
      async read(first, n) {
        const bytes = new Uint8Array(n * dimension * width);
        await readAll(file, bytes, start + first * dimension * width);
        if (precision === "float32") return new Float32Array(bytes.buffer);
        return fromHalf(new Uint16Array(bytes.buffer));
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

export interface NpyWriter {
  /** @param vectors `[n, D]` */
  add(vectors: Float32Array): Promise<void>;
  close(): Promise<void>;
}

/** Begins a matrix of as many rows as will be added. */
export async function createNpy(
  path: string,
  {
    rows,
    dimension,
    precision,
  }: { readonly rows: number; readonly dimension: number; readonly precision: NpyPrecision },
): Promise<NpyWriter> {
  const file = await open(path, "wx");
  const header = `{'descr': '${descriptions[precision]}', 'fortran_order': False, 'shape': (${rows}, ${dimension}), }`;
  const grown = header + " ".repeat(21 - `${rows}`.length); // as NumPy does: room for more rows
  const padded = `${grown}${" ".repeat(64 - ((grown.length + 11) % 64))}\n`; // rows begin at a multiple of 64
  const length = Buffer.alloc(4);
  length.writeUInt8(1, 0); // version 1.0
  length.writeUInt16LE(padded.length, 2);
  await file.write(Buffer.concat([Buffer.from(magic, "latin1"), length, Buffer.from(padded)]));
  return {
    async add(vectors) {
      const values = precision === "float32" ? vectors : toHalf(vectors);
      await file.appendFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    },
    close: () => file.close(),
  };
}

async function readHeader(
  path: string,
  file: FileHandle,
): Promise<{ header: string; start: number }> {
  const beginning = Buffer.alloc(12);
  const { bytesRead } = await file.read(beginning, 0, 12, 0);
  if (bytesRead < 12 || beginning.toString("latin1", 0, 6) !== magic) {
    throw new UserError(`${path} is no .npy file; it must be one that numpy.save wrote.`);
  }
  const wide = beginning[6]! >= 2;
  const length = wide ? beginning.readUInt32LE(8) : beginning.readUInt16LE(8);
  const from = wide ? 12 : 10;
  const header = Buffer.alloc(Math.min(length, 65_536));
  await file.read(header, 0, header.length, from);
  return { header: header.toString("utf8"), start: from + length };
}

function parseHeader(
  path: string,
  header: string,
): { rows: number; dimension: number; precision: NpyPrecision } {
  const kind = header.match(/'descr':\s*'([^']*)'/)?.[1];
  const shape = header.match(/'shape':\s*\(([^)]*)\)/)?.[1]?.match(/\d+/g) ?? [];
  const precision = kind === "<f4" ? "float32" : kind === "<f2" ? "float16" : undefined;
  const byRows = /'fortran_order':\s*False/.test(header);
  if (precision && byRows && shape.length === 2) {
    return { rows: Number(shape[0]), dimension: Number(shape[1]), precision };
  }
  throw new UserError(
    `${path} holds ${kind ?? "unknown numbers"} in the shape (${shape.join(", ")})${byRows ? "" : ", column by column"}; embeddings must be a matrix of float32 or float16, row by row.`,
  );
}

async function readAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  const most = 1 << 30; // one read takes less than 2 GiB
  for (let offset = 0; offset < bytes.length; ) {
    const wanted = Math.min(most, bytes.length - offset);
    const { bytesRead } = await file.read(bytes, offset, wanted, position + offset);
    if (bytesRead === 0) throw new Error("The file became shorter while it was read.");
    offset += bytesRead;
  }
}
