import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Aspect, Searcher } from "@/lib/contract";
import { nearestAspect, webpSize } from "@/lib/webp";
import { readEnvironment } from "../environment.mjs";
import { Failure } from "./failure";
import { openIndex } from "./open-index";

/** An index in use. It is closed when a newer one has replaced it and its last request has ended. */
interface Opened {
  readonly searcher: Searcher;
  readonly aspect: Aspect;
  users: number;
  retired: boolean;
}

interface Holder {
  /** Identifies the manifest that `opening` read, or tried to. */
  stamp?: string;
  opening?: Promise<Opened>;
  failedAt?: number;
}

export type Lease = Pick<Opened, "searcher" | "aspect">;

const holders = globalThis as typeof globalThis & { cliptuneSearcher?: Holder };
const retryAfterMs = 2000;

/** Runs `use` on the one searcher of this process, which is opened first where need be. */
export async function withSearcher<T>(use: (lease: Lease) => Promise<T>): Promise<T> {
  const opened = await current();
  opened.users += 1;
  try {
    return await use(opened);
  } finally {
    opened.users -= 1;
    await closeWhenIdle(opened);
  }
}

async function current(): Promise<Opened> {
  holders.cliptuneSearcher ??= {};
  const holder = holders.cliptuneSearcher;
  const dir = indexDirectory();
  const stamp = await manifestStamp(dir);
  const before = holder.opening;
  const failedLately = holder.failedAt !== undefined && Date.now() - holder.failedAt < retryAfterMs;
  if (before && stamp === holder.stamp && (holder.failedAt === undefined || failedLately)) {
    return before;
  }
  holder.stamp = stamp;
  delete holder.failedAt;
  const opening = open(dir);
  holder.opening = opening;
  opening.then(
    () => before?.then(retire, () => undefined),
    () => {
      if (holder.opening === opening) holder.failedAt = Date.now();
    },
  );
  return opening;
}

function indexDirectory(): string {
  const { index } = readEnvironment();
  if (index === undefined) {
    throw new Failure(
      503,
      "No index is set: start the page with `cliptune serve --index DIR`, or set CLIPTUNE_INDEX.",
    );
  }
  return resolve(index);
}

async function manifestStamp(dir: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(
      /* turbopackIgnore: true */ join(dir, "manifest.json"),
    );
    return `${dir}:${ino}:${mtimeMs}:${size}`;
  } catch {
    throw new Failure(
      503,
      `${dir} holds no index (no manifest.json); build one with \`cliptune index build\`.`,
    );
  }
}

async function open(dir: string): Promise<Opened> {
  const searcher = await openIndex(dir);
  return { searcher, aspect: await commonAspect(searcher), users: 0, retired: false };
}

async function retire(opened: Opened): Promise<void> {
  opened.retired = true;
  await closeWhenIdle(opened);
}

async function closeWhenIdle(opened: Opened): Promise<void> {
  if (opened.retired && opened.users === 0) await opened.searcher.close();
}

/** The grid's one shape: that of the middle one of a few pictures, ordered by width / height. */
async function commonAspect(searcher: Searcher): Promise<Aspect> {
  const ratios: number[] = [];
  for (const { id } of await searcher.items({ offset: 0, limit: 15 })) {
    const picture = await searcher.thumbnail(id);
    const size = picture && webpSize(picture);
    if (size) ratios.push(size.width / size.height);
  }
  ratios.sort((a, b) => a - b);
  return nearestAspect(ratios[ratios.length >> 1] ?? 1);
}
