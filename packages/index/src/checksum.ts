import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { codeOf } from "./durable.js";

/** What a file must be: its size, and the SHA-256 of its bytes in hex. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export async function recordFile(path: string): Promise<FileRecord> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Throws a `UserError` that names the file unless it has the recorded size. */
export async function verifySize(path: string, expected: FileRecord): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") {
      throw new UserError(`${path} is missing; the index is incomplete, build it again.`);
    }
    throw error;
  });
  if (found.size !== expected.bytes) {
    throw new UserError(
      `${path} has ${found.size} bytes where the manifest says ${expected.bytes}; the file is truncated or not this index's, build it again.`,
    );
  }
}

/** Throws a `UserError` that names the file unless it has the recorded size and checksum. */
export async function verifyFile(path: string, expected: FileRecord): Promise<void> {
  await verifySize(path, expected);
  const found = await recordFile(path);
  if (found.sha256 !== expected.sha256) {
    throw new UserError(
      `${path} was changed after it was written (its SHA-256 is not the manifest's); build the index again.`,
    );
  }
}
