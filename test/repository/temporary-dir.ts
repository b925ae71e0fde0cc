import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const temporaryDirs: string[] = [];
afterAll(async () => {
  const gone = { recursive: true, force: true, maxRetries: 3 } as const;
  await Promise.all(temporaryDirs.map((dir) => rm(dir, gone)));
});

/** A new empty folder that goes when the test file is done. */
export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "cliptune-test-"));
  temporaryDirs.push(dir);
  return dir;
}
