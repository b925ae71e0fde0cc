import { spawn } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const appDir = fileURLToPath(new URL("..", import.meta.url));
const sources = [
  "app",
  "components",
  "lib",
  "server",
  "proxy.ts",
  "environment.mjs",
  "next.config.mjs",
];
const lock = join(appDir, ".next-build-lock");
const patienceMs = 300_000;

/** Builds the app unless its build is newer than its sources; tests that run at once wait for one build. */
export async function ensureBuilt(): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isBuilt())) {
    const mine = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (mine) return build().finally(() => rm(lock, { recursive: true }));
    const age =
      Date.now() -
      (await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    if (age > patienceMs) await rm(lock, { recursive: true, force: true }); // left by a killed test
    if (Date.now() > deadline) throw new Error(`${lock} was held for too long`);
    await new Promise((done) => setTimeout(done, 500));
  }
}

async function isBuilt(): Promise<boolean> {
  const built = await stat(join(appDir, ".next/BUILD_ID")).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (built === 0) return false;
  const times = await Promise.all(sources.map((path) => newest(join(appDir, path))));
  return Math.max(...times) < built;
}

async function newest(path: string): Promise<number> {
  const entry = await stat(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const inside = await readdir(path, { withFileTypes: true, recursive: true });
  const files = inside.filter((each) => each.isFile());
  const times = files.map(async (each) => (await stat(join(each.parentPath, each.name))).mtimeMs);
  return Math.max(...(await Promise.all(times)));
}

async function build(): Promise<void> {
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: appDir,
    // vitest sets NODE_ENV=test, which Next would warn of and build by
    env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  const code = await new Promise((done) => child.once("exit", done));
  if (code !== 0) throw new Error(`next build failed:\n${output}`);
}
