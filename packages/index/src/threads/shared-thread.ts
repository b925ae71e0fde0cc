import { startThread, type Thread } from "@cliptune/engine";
import type { IndexCalls } from "./index-worker.js";

/** A thread that several users share. */
export interface SharedThread {
  /** For the work, or until it is released. */
  use<T>(work: (thread: Thread<IndexCalls>) => Promise<T>): Promise<T>;
  hold(): HeldThread;
}

export interface HeldThread {
  readonly call: Thread<IndexCalls>["call"];
  release(): void;
}

/** How long a thread stays without users, in milliseconds: the next one saves its start. */
const idle = 10_000;

/** Begins with its first user, and ends soon after the last one: what it held open is gone for good then. */
function createSharedThread(does: string): SharedThread {
  let thread: Thread<IndexCalls> | undefined;
  let users = 0;
  let timer: NodeJS.Timeout | undefined;
  const hold = (): HeldThread => {
    clearTimeout(timer);
    users++;
    thread ??= startThread<IndexCalls>(new URL("./index-worker.js", import.meta.url), { does });
    let held = true;
    return {
      call: thread.call,
      release() {
        if (!held) return;
        held = false;
        users--;
        if (users > 0) return;
        timer = setTimeout(() => {
          void thread?.end();
          thread = undefined;
        }, idle).unref();
      },
    };
  };
  return {
    hold,
    async use(work) {
      const held = hold();
      try {
        return await work(thread!);
      } finally {
        held.release();
      }
    },
  };
}

/** Searches don't wait for what is written: each kind of work has a thread. */
export const readingThread = createSharedThread("reads indexes");
export const writingThread = createSharedThread("writes indexes");
