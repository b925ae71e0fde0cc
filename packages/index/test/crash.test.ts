import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createIndexWriter, openIndex } from "@cliptune/index";
import { expect, test } from "vitest";
import { opened, seededNumbers, temporaryDir, writeSeededIndex } from "./seeded.js";

/** Runs a script of this folder; resolves with its first output. */
async function start(script: string, dir: string): Promise<ChildProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, dir], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout!, "data");
  return child;
}

async function kill(building: ChildProcess): Promise<void> {
  building.kill("SIGKILL");
  await once(building, "exit");
}

test("kill -9 at random moments of a build leaves the old or the new index, whole", async () => {
  const dir = join(await temporaryDir(), "index");
  const next = seededNumbers(2026);
  const killedInside: boolean[] = [];
  for (let moment = 0; moment < 5; moment++) {
    const building = await start("crash-child.mjs", dir);
    await wait((next() + 1) * 150);
    await kill(building);
    const index = await opened(dir);
    const { count } = index.manifest;
    expect([200, 300]).toContain(count);
    const hits = await index.search((await index.vector("id-7"))!, count);
    expect(hits).toHaveLength(count);
    const thumbnail = await index.thumbnail(`id-${count - 1}`);
    expect(new TextDecoder().decode(thumbnail)).toBe(`picture ${count - 1} of ${count}`);
    killedInside.push((await readdir(join(dir, "versions"))).length > 1);
    await index.close();
  }
  expect(killedInside).toContain(true); // else no kill fell into a build, and nothing was shown
  await writeSeededIndex(dir, 40); // nothing is locked, and the debris goes
  expect(await readdir(join(dir, "versions"))).toHaveLength(1);
  expect((await opened(dir)).manifest.count).toBe(40);
}, 120_000);

test("a second writer is told who holds the index, until that process ends, however it ends", async () => {
  const dir = join(await temporaryDir(), "index");
  const holder = await start("lock-child.mjs", dir);
  const second = createIndexWriter({ dir, dimension: 4, fingerprint: "a" });
  await expect(second).rejects.toThrow(
    new RegExp(`process ${holder.pid} on .*is writing the index at .*wait until`),
  );
  await expect(second).rejects.toHaveProperty("name", "UserError");
  await kill(holder);
  await writeSeededIndex(dir, 5);
  expect((await opened(dir)).manifest.count).toBe(5);
});

test("a second writer in the same process is refused too, until the first one ends", async () => {
  const dir = join(await temporaryDir(), "index");
  const first = await createIndexWriter({ dir, dimension: 4, fingerprint: "a" });
  await expect(createIndexWriter({ dir, dimension: 4, fingerprint: "a" })).rejects.toThrow(
    `process ${process.pid} on`,
  );
  await first.abort();
  await writeSeededIndex(dir, 5);
});

test("an index opens whole at any moment while another process keeps replacing it", async () => {
  const dir = join(await temporaryDir(), "index");
  const building = await start("crash-child.mjs", dir);
  const versions = new Set<string>();
  for (let i = 0; i < 20 || (versions.size < 2 && i < 500); i++) {
    const index = await openIndex(dir);
    const { count, version } = index.manifest;
    versions.add(version);
    expect(await index.search((await index.vector("id-0"))!, count)).toHaveLength(count);
    expect(await index.thumbnail("id-9")).toHaveLength(`picture 9 of ${count}`.length);
    await index.close();
  }
  await kill(building);
  expect(versions.size).toBeGreaterThan(1); // else nothing was replaced meanwhile
});
