import { open } from "node:fs/promises";
import { UserError } from "@cliptune/engine";

/** Bytes before the first element: ten 8-byte sizes, two 4-byte integers and a double. */
const headerBytes = 96;

/**
 * Throws unless the file has the layout hnswlib would write for this many vectors of this dimension.
 * hnswlib checks neither (it would read past its memory), nor whether its writes reached the disk.
 */
export async function checkHnswFile(
  path: string,
  { dimension, count, m }: { dimension: number; count: number; m: number },
): Promise<void> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 0);
    const field = (index: number) => Number(header.readBigUInt64LE(index * 8));
    const links = 2 * m * 4 + 4; // level 0: a length, then ids
    const element = links + dimension * 4 + 8; // links, vector, label
    const expected = [0, field(1), count, element, links + dimension * 4, links];
    const sizes = [m, 2 * m, m]; // at 56: links per node above, at level 0, asked for
    const headerFits =
      size >= headerBytes &&
      field(1) >= count &&
      expected.every((value, i) => field(i) === value) &&
      sizes.every((value, i) => field(7 + i) === value);
    const start = headerBytes + count * element;
    if (!headerFits || size < start) throw foreign(path, { dimension, count });
    const tail = Buffer.alloc(size - start);
    await file.read(tail, 0, tail.length, start);
    if (!upperLinksFit(tail, count, m * 4 + 4)) throw foreign(path, { dimension, count });
  } finally {
    await file.close();
  }
}

/** Per element the bytes of its links on upper layers (0 for most), then those links. */
function upperLinksFit(tail: Buffer, count: number, bytesPerLevel: number): boolean {
  let offset = 0;
  for (let element = 0; element < count; element++) {
    if (offset + 4 > tail.length) return false;
    const bytes = tail.readUInt32LE(offset);
    if (bytes % bytesPerLevel !== 0) return false;
    offset += 4 + bytes;
  }
  return offset === tail.length;
}

function foreign(path: string, { dimension, count }: { dimension: number; count: number }): Error {
  return new UserError(
    `${path} is not a complete hnswlib file of ${count} vectors of dimension ${dimension}; build the index again (if the disk is full, free some space first).`,
  );
}
