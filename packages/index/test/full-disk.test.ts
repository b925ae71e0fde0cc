import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createIndexWriter } from "@cliptune/index";
import { expect, test } from "vitest";
import { opened, temporaryDir, unitRows, writeSeededIndex } from "./seeded.js";

/** A tmpfs of one megabyte, where this user may mount one. */
async function smallDisk(): Promise<string | undefined> {
  const path = join(await temporaryDir(), "disk");
  await mkdir(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    return undefined;
  }
}

/** Paths of the files that this process holds open. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).replace(/ \(deleted\)$/, "");
    } catch {
      return []; // closed meanwhile
    }
  });
}

test("a full disk is one clear error and the old index stays", async ({ skip }) => {
  const disk = await smallDisk();
  if (disk === undefined) return skip("needs the right to mount a tmpfs");
  try {
    const dir = join(disk, "index");
    await writeSeededIndex(dir, 100);
    // Full in the pack, and full only in the graph, where hnswlib itself notices nothing.
    for (const { thumbnailBytes, count } of [
      { thumbnailBytes: 20_000, count: 60 },
      { thumbnailBytes: 1, count: 3300 },
    ]) {
      const writer = await createIndexWriter({ dir, dimension: 16, fingerprint: "model-b" });
      const rows = unitRows(count, 16);
      const building = async () => {
        for (let i = 0; i < count; i++) {
          const vector = rows.subarray(i * 16, (i + 1) * 16);
          const item = { id: `new-${i}`, title: "", fields: {} };
          await writer.add(item, vector, new Uint8Array(thumbnailBytes));
        }
        await writer.commit();
      };
      const error: Error = await building().then(
        () => new Error("it fitted"),
        (reason: Error) => reason,
      );
      await writer.abort();
      expect(error.message).toMatch(/disk is full/);
      expect(error.name).toBe("UserError");
      expect((await opened(dir, { fingerprint: "model-a" })).manifest.count).toBe(100);
    }
    await writeFile(join(disk, "rest"), new Uint8Array(1 << 20)).catch(() => undefined);
    const begun = createIndexWriter({ dir, dimension: 16, fingerprint: "model-b" });
    await expect(begun).rejects.toThrow(/disk is full/);
    expect(openFiles().filter((path) => path.endsWith("vectors.f32"))).toEqual([]);
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});
