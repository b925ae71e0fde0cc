import { execFileSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAdapter, loadModel, saveAdapter, saveModel } from "@cliptune/clip";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { golden } from "./golden.js";

/** A file system of 256 kB, where the system lets us mount one. */
function mountSmall(dir: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("on a full disk", () => {
  let dir = "";
  let mounted = false;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "clip-full-"));
    mounted = mountSmall(dir);
  });
  afterAll(async () => {
    if (mounted) execFileSync("umount", [dir]);
    await rm(dir, { recursive: true });
  });

  test("saving a model is one clear error that leaves nothing half-written", async (context) => {
    if (!mounted) context.skip("mounting a tmpfs needs root");
    const model = await loadModel(golden("tiny/model"));
    await expect(saveModel(model, join(dir, "model"))).rejects.toThrow(
      expect.objectContaining({
        name: "UserError",
        message: expect.stringMatching(/Cannot write .*model\.safetensors: the disk is full/),
      }),
    );
    expect(await readdir(join(dir, "model"))).toEqual([]);
  });

  test("saving over an adapter keeps the old one", async (context) => {
    if (!mounted) context.skip("mounting a tmpfs needs root");
    const { config } = await loadModel(golden("tiny/model"));
    const adapter = await loadAdapter(golden("tiny/adapter_final"), { config });
    const out = join(dir, "adapter");
    await mkdir(out);
    for (const name of ["adapter_config.json", "adapter_model.safetensors"]) {
      await copyFile(golden(`tiny/adapter_init/${name}`), join(out, name));
    }
    const ballast = join(dir, "ballast");
    execFileSync("sh", ["-c", `head -c 300000 /dev/zero > ${ballast} 2>/dev/null || true`]);
    await expect(saveAdapter(out, adapter)).rejects.toThrow(/the disk is full/);
    const kept = await readFile(join(out, "adapter_model.safetensors"));
    const old = await readFile(golden("tiny/adapter_init/adapter_model.safetensors"));
    expect(Buffer.compare(kept, old)).toBe(0);
    await rm(ballast);
    await saveAdapter(out, adapter);
    const saved = await readFile(join(out, "adapter_model.safetensors"));
    expect(Buffer.compare(saved, old)).not.toBe(0);
  });
});
