import { appendFile } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { diskError, writeFileAtomically } from "./disk.js";
import { readJsonLines } from "./json-lines.js";

/** A broken picture that the run goes on without. */
export interface SkippedPicture {
  readonly file: string;
  readonly reason: string;
}

export type OnSkip = (picture: SkippedPicture) => void;

/** The fault of a picture, and what to do where it need not stop the run; anything else unchanged. */
export const withSkipHint = (error: unknown): unknown =>
  error instanceof UserError
    ? new UserError(`${error.message} Or leave it out with data: { onError: skip }.`)
    : error;

/** `skipped.jsonl`: each broken picture once, whatever used it and however often the run was resumed. */
export interface SkipList {
  readonly count: number;
  /** @returns whether it is new */
  add(picture: SkippedPicture): boolean;
  /** Waits until all are written. */
  close(): Promise<void>;
}

/** @throws UserError from `close` when the disk takes no more */
export async function openSkipList(path: string): Promise<SkipList> {
  const before = await readSkipped(path);
  if (before.length > 0) await writeFileAtomically(path, before.map(lineOf).join("")); // ends torn lines
  const known = new Set(before.map(({ file }) => file));
  let queue = Promise.resolve();
  return {
    get count() {
      return known.size;
    },
    add(picture) {
      if (known.has(picture.file)) return false;
      known.add(picture.file);
      queue = queue.then(() => appendFile(path, lineOf(picture)));
      queue.catch(() => undefined); // thrown by close
      return true;
    },
    close: () =>
      queue.catch((error: unknown) => {
        throw diskError(path, error);
      }),
  };
}

const lineOf = (picture: SkippedPicture): string => `${JSON.stringify(picture)}\n`;

/** The pictures that a run left out; none when there is no such file. A kill may leave half a line. */
export const readSkipped = (path: string): Promise<SkippedPicture[]> => readJsonLines(path);
