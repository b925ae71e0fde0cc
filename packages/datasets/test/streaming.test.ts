import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "cliptune-streaming-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const child = fileURLToPath(new URL("./stream-child.mjs", import.meta.url));

/** In a process with a heap so small that holding the set would end it. */
async function stream(form: string, size: number): Promise<Record<string, number>> {
  const args = ["--max-old-space-size=48", child, dir, form, String(size)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Record<string, number>;
}

// bench/stream-pairs.mjs reads a million.
test("a table of 200,000 rows passes through constant memory", async () => {
  const { count, growth } = await stream("csv", 200_000);
  expect(count).toBe(200_000);
  expect(growth).toBeLessThan(48);
});

test("a shard of 200 MB passes through constant memory, pictures and all", async () => {
  const { count, bytes, growth } = await stream("tar", 2000);
  expect({ count, bytes }).toEqual({ count: 2000, bytes: 2000 * 100_000 });
  expect(growth).toBeLessThan(64);
});
