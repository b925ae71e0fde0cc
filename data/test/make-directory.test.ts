import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeDirectory } from "../dist/make-directory.js";

const root = mkdtempSync(join(tmpdir(), "cliptune-make-directory-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("makes every missing level, again without harm, and by two at once", async () => {
  const dir = join(root, "a/b/c");
  await Promise.all([makeDirectory(dir), makeDirectory(dir)]);
  await makeDirectory(dir);
  expect(statSync(dir).isDirectory()).toBe(true);
});

test("names the file that is in the way", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  await expect(makeDirectory(join(file, "x"))).rejects.toMatchObject({
    name: "UserError",
    message: `Cannot make directory ${file} (a file is in its place); give another --out.`,
  });
});

test.runIf(existsSync("/proc/self"))("ends where no directory can be made", async () => {
  await expect(makeDirectory("/proc/x/y")).rejects.toThrow(
    "Cannot make directory /proc/x (its file system takes no new directories)",
  );
});
