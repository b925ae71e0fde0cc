import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where compiled programs are kept from one process to the next. */
export interface CompileCacheOptions {
  readonly directory: string;
  /** What else the compiler heeds: the environment's `XLA_FLAGS`. */
  readonly flags?: string | undefined;
  /** Bytes that the directory may hold, 2 GiB unless given; what was not used longest goes first. */
  readonly limit?: number;
}

/** Compiled programs by all that they were compiled from. Any fault of the disk is the caller's to catch. */
export interface CompileCache {
  /** The name of what is compiled from `parts`. */
  key(parts: readonly (string | Uint8Array)[]): string;
  /** What was written, unless there is nothing or something else than was written. */
  read(key: string): Promise<Buffer | undefined>;
  write(key: string, content: Uint8Array): Promise<void>;
}

const magic = Buffer.from("cliptune compiled 1\n");
const digestBytes = 32;

const sha256 = (content: Uint8Array): Buffer => createHash("sha256").update(content).digest();

/** One file an entry: the format's name, the content's SHA-256, the content. */
export function createCompileCache({
  directory,
  flags = "",
  limit = 2 * 2 ** 30,
}: CompileCacheOptions): CompileCache {
  const place = (key: string) => join(directory, `${key}.xla`);
  return {
    key: (parts) => {
      const hash = createHash("sha256");
      for (const part of [flags, ...parts]) {
        // Its length before each part, so that no two lists of parts make the same bytes.
        hash.update(`${Buffer.byteLength(part)}:`).update(part);
      }
      return hash.digest("hex");
    },
    read: async (key) => {
      const file = await readFile(place(key)).catch(undefinedWhereMissing);
      if (!file?.subarray(0, magic.length).equals(magic)) return undefined;
      const content = file.subarray(magic.length + digestBytes);
      if (!sha256(content).equals(file.subarray(magic.length, magic.length + digestBytes)))
        return undefined;
      const now = new Date();
      // Where it can only be read, nothing is removed for want of it either.
      await utimes(place(key), now, now).catch(() => undefined);
      return content;
    },
    write: async (key, content) => {
      if (content.byteLength > limit) return;
      // For its owner alone: what is read from here is run.
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const beside = join(directory, `${key}.${randomUUID()}.tmp`);
      try {
        await writeFile(beside, Buffer.concat([magic, sha256(content), content]));
        await rename(beside, place(key));
      } finally {
        await rm(beside, { force: true });
      }
      await shrink(directory, limit);
    },
  };
}

/** Removes files, those not used longest first, until `limit` is kept; what killed processes left goes with them. */
async function shrink(directory: string, limit: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /\.(xla|tmp)$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const stats = await stat(path).catch(undefinedWhereMissing);
      return stats ? [{ path, size: stats.size, used: stats.mtimeMs }] : [];
    }),
  );
  const files = found.flat().sort((a, b) => a.used - b.used);
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files) {
    if (total <= limit) return;
    await rm(path, { force: true });
    total -= size;
  }
}

/** Another process may have removed it. */
function undefinedWhereMissing(fault: NodeJS.ErrnoException): undefined {
  if (fault.code !== "ENOENT") throw fault;
}
