import { open, stat } from "node:fs/promises";
import { addMetrics, type Metrics } from "../lib/metrics";

/** Reads a log as it grows: each time only what is new. */
export interface MetricsTail {
  /** All records so far. */
  readonly metrics: Metrics;
  /** When the log was last written, milliseconds since 1970; 0 while there is none. */
  readonly changed: number;
  /**
   * Reads on.
   *
   * @returns the records that are new, and whether they replace all that was read before: a resumed
   * run begins a new file
   */
  read(): Promise<{ readonly anew: boolean; readonly added: Metrics }>;
}

export function tailMetrics(path: string): MetricsTail {
  let metrics: Metrics = { steps: [], evaluations: [] };
  let changed = 0;
  let file: number | undefined; // inode
  let offset = 0;
  let rest = Buffer.alloc(0); // a line that is not whole yet
  let seen = Buffer.alloc(0); // the last bytes before the offset, to know the file again by
  return {
    get metrics() {
      return metrics;
    },
    get changed() {
      return changed;
    },
    async read() {
      const added: Metrics = { steps: [], evaluations: [] };
      const entry = await stat(/* turbopackIgnore: true */ path).catch(() => undefined);
      if (!entry) return { anew: false, added };
      const known = file === entry.ino && entry.size >= offset;
      const before = known ? await readRange(path, offset - seen.length, offset) : undefined;
      const anew = file !== undefined && before?.equals(seen) !== true;
      if (anew) {
        metrics = { steps: [], evaluations: [] };
        offset = 0;
        rest = Buffer.alloc(0);
      }
      file = entry.ino;
      changed = entry.mtimeMs;
      if (entry.size === offset) return { anew, added };
      const bytes = Buffer.concat([rest, await readRange(path, offset, entry.size)]);
      offset = entry.size;
      seen = bytes.subarray(-64);
      const end = isWhole(bytes) ? bytes.length : bytes.lastIndexOf(10) + 1;
      const text = bytes.toString("utf8", 0, end);
      rest = bytes.subarray(end);
      addMetrics(added, text);
      addMetrics(metrics, text);
      return { anew, added };
    },
  };
}

/** A last record may lack its line's end: one that is whole JSON will not go on. */
function isWhole(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8", bytes.lastIndexOf(10) + 1));
    return true;
  } catch {
    return false;
  }
}

async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const handle = await open(/* turbopackIgnore: true */ path, "r");
  try {
    const bytes = Buffer.alloc(to - from);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
