import { crc32 } from "node:zlib";

const blockSize = 32_768;
const headSize = 7;
const types = { full: 1, first: 2, middle: 3, last: 4 } as const;

/**
 * Bytes of records in LevelDB's log format, which cuts them at blocks of 32 KB; unlike LevelDB, W&B takes CRC-32.
 *
 * @param start bytes that the file begins with; they count as a part of the first block
 * @see https://github.com/google/leveldb/blob/main/doc/log_format.md
 */
export function levelDbLog(start: Buffer): (record: Uint8Array) => Buffer {
  let written = start.length;
  return (record) => {
    const parts: Buffer[] = [];
    const add = (part: Buffer): void => {
      parts.push(part);
      written += part.length;
    };
    for (let at = 0, first = true; first || at < record.length; first = false) {
      const room = blockSize - (written % blockSize);
      if (room < headSize) add(Buffer.alloc(room));
      const fits = Math.min(record.length - at, blockSize - (written % blockSize) - headSize);
      const last = at + fits === record.length;
      const type = last ? (first ? types.full : types.last) : first ? types.first : types.middle;
      add(chunk(type, record.subarray(at, at + fits)));
      at += fits;
    }
    return Buffer.concat(parts);
  };
}

function chunk(type: number, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(headSize + content.length);
  bytes.writeUInt16LE(content.length, 4);
  bytes.writeUInt8(type, 6);
  bytes.set(content, headSize);
  bytes.writeUInt32LE(crc32(bytes.subarray(6)), 0);
  return bytes;
}
