import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { codeOf } from "./error-code.js";

/**
 * What a file must be: its first bytes count, as a later version that was begun and given up may have
 * added to them.
 */
export interface FileRecord {
  readonly bytes: number;
  /** Of those bytes, in hex; none for the pack, whose parts have checksums of their own. */
  readonly sha256: string | null;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export async function recordFile(path: string, most = Infinity): Promise<FileRecord> {
  const hash = createHash("sha256");
  let bytes = 0;
  if (most > 0) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, end: most - 1 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  }
  return { bytes, sha256: hash.digest("hex") };
}

export interface Growth {
  /** More bytes may follow. */
  readonly mayGrow?: boolean;
}

/** Throws a `UserError` that names the file unless it has the recorded size. */
export async function verifySize(
  path: string,
  expected: FileRecord,
  { mayGrow = false }: Growth = {},
): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") {
      throw new UserError(`${path} is missing; the index is incomplete, build it again.`);
    }
    throw error;
  });
  if (mayGrow ? found.size < expected.bytes : found.size !== expected.bytes) {
    throw new UserError(
      `${path} has ${found.size} bytes where the manifest says ${expected.bytes}; the file is truncated or not this index's, build it again.`,
    );
  }
}

/** Throws a `UserError` that names the file unless it has the recorded size and checksum. */
export async function verifyFile(
  path: string,
  expected: FileRecord,
  growth: Growth = {},
): Promise<void> {
  await verifySize(path, expected, growth);
  if (expected.sha256 === null) return;
  const found = await recordFile(path, expected.bytes);
  if (found.sha256 !== expected.sha256) {
    throw new UserError(
      `${path} was changed after it was written (its SHA-256 is not the manifest's); build the index again.`,
    );
  }
}
