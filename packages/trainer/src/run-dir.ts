import { access, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { makeDirectory } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { listCheckpoints, type RunState, readNewest } from "./checkpoint.js";
import { type TrainConfig, trainConfig } from "./config.js";
import { isMissing, writeFileAtomically } from "./disk.js";

/** The files of a run; the web page and `--resume` read them. */
export interface RunDir {
  readonly dir: string;
  readonly config: string;
  readonly metrics: string;
  readonly checkpoints: string;
  readonly summary: string;
  /** Broken pictures that the run went on without. */
  readonly skipped: string;
  /** Where decoded pictures are kept. */
  readonly cache: string;
  /** From the newest checkpoint, when the run goes on. */
  readonly resumed: RunState | undefined;
}

export interface OpenRunOptions {
  readonly resume: boolean;
  /** Of the model that is tuned. */
  readonly fingerprint: string;
  /** Instead of `cache/` in the run's directory, for several runs to share. */
  readonly cacheDir?: string | undefined;
}

/**
 * Creates a run directory, or opens one to go on.
 *
 * @throws UserError when the directory holds a run and `resume` is false, or holds another run
 */
export async function openRun(
  dir: string,
  config: TrainConfig,
  { resume, fingerprint, cacheDir }: OpenRunOptions,
): Promise<RunDir> {
  const paths = {
    dir,
    config: join(dir, "config.json"),
    metrics: join(dir, "metrics.jsonl"),
    checkpoints: join(dir, "checkpoints"),
    summary: join(dir, "summary.json"),
    skipped: join(dir, "skipped.jsonl"),
  };
  let known = await readConfig(paths.config);
  if (known !== undefined && !resume) {
    // A start that failed before its first step leaves nothing to lose.
    const steps = (await listCheckpoints(paths.checkpoints)).at(-1) ?? 0;
    if (steps > 0) throw new UserError(taken(dir));
    for (const path of Object.values(paths).slice(1))
      await rm(path, { recursive: true, force: true });
    known = undefined;
  }
  if (known !== undefined) checkSame(dir, known, config);
  await makeDirectory(paths.checkpoints);
  const resumed = await readNewest(paths.checkpoints);
  if (resumed && resumed.fingerprint !== fingerprint) {
    throw new UserError(`${dir} was begun with another model; resume it with that one.`);
  }
  if (known === undefined) {
    await writeFileAtomically(paths.config, `${JSON.stringify(config, null, 2)}\n`);
  }
  await restoreBest(dir);
  return { ...paths, cache: cacheDir ?? join(dir, "cache"), resumed };
}

const taken = (dir: string): string =>
  `${dir} holds a run already; go on with --resume, or choose another directory.`;

async function readConfig(path: string): Promise<Record<string, unknown> | undefined> {
  const content = await readFile(path, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return content === undefined ? undefined : JSON.parse(content);
}

function checkSame(dir: string, known: Record<string, unknown>, config: TrainConfig): void {
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  // A setting that is newer than the run had its default then.
  const before = plain(trainConfig.safeParse(known).data ?? known);
  const now = plain(config);
  const changed = differences(before, now);
  if (changed.length > 0) {
    throw new UserError(
      `${dir} was begun with another configuration (${changed.join(", ")} differ); resume with the same one, or choose another directory.`,
    );
  }
}

/** Paths, such as `lora.rank`, at which two plain values differ. */
function differences(before: unknown, now: unknown, at = ""): string[] {
  if (isDeepStrictEqual(before, now)) return [];
  if (!isObject(before) || !isObject(now)) return [at];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.flatMap((key) =>
    differences(before[key], now[key], at === "" ? key : `${at}.${key}`),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A kill between the two renames of `writeDirAtomically` leaves the old one under its dotted name. */
async function restoreBest(dir: string): Promise<void> {
  const [best, old] = [join(dir, "best"), join(dir, ".best.old")];
  const found = await access(best).then(
    () => true,
    () => false,
  );
  if (!found) {
    await rename(old, best).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
  await rm(join(dir, ".best.new"), { recursive: true, force: true });
  await rm(old, { recursive: true, force: true });
}
