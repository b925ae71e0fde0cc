// How fast, and in how much memory, a million pairs of a CSV are read: node bench/stream-pairs.mjs [rows]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rows = Number(process.argv[2] ?? 1_000_000);
const dir = mkdtempSync(join(tmpdir(), "cliptune-stream-"));
const child = fileURLToPath(new URL("../packages/datasets/test/stream-child.mjs", import.meta.url));
try {
  const began = performance.now();
  const answer = execFileSync(process.execPath, [
    "--max-old-space-size=48",
    child,
    dir,
    "csv",
    String(rows),
  ]);
  const { count, rss, growth } = JSON.parse(answer);
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${count} pairs written and read in ${seconds.toFixed(1)} s; ${rss.toFixed(0)} MiB resident, ${growth.toFixed(1)} MiB more than after the first fifth`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
