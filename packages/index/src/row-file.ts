import type { FileHandle } from "node:fs/promises";

/** A file of float32 rows, little-endian, and nothing else. */
export interface RowFile {
  readonly file: FileHandle;
  readonly dimension: number;
}

/** `[n, D]` from row `first` on. */
export async function readRows(
  { file, dimension }: RowFile,
  first: number,
  n: number,
): Promise<Float32Array> {
  const rows = new Float32Array(n * dimension);
  const bytes = new Uint8Array(rows.buffer);
  const most = 1 << 30; // one read takes less than 2 GiB
  for (let offset = 0; offset < bytes.length; ) {
    const wanted = Math.min(most, bytes.length - offset);
    const { bytesRead } = await file.read(bytes, offset, wanted, first * dimension * 4 + offset);
    if (bytesRead === 0) throw new Error(`internal: there is no row ${first + n - 1} in the file.`);
    offset += bytesRead;
  }
  return rows;
}
