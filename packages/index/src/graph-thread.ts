import { Worker } from "node:worker_threads";
import { UserError } from "@cliptune/engine";
import type { BuiltGraph, FinishOptions, GraphOptions } from "./graph-builder.js";
import type { GraphReply, GraphRequest } from "./graph-worker.js";

/** A graph that grows on a thread of its own, since each insertion blocks. */
export interface GraphThread {
  /** Resolves when the rows up to this one are in the graph. */
  insertUpTo(rows: number): Promise<void>;
  finish(options: FinishOptions): Promise<BuiltGraph>;
  /** Ends the thread, whatever it does. */
  close(): Promise<void>;
}

type Request = GraphRequest extends infer R ? (R extends unknown ? Omit<R, "id"> : never) : never;

export function startGraphThread(options: GraphOptions): GraphThread {
  const worker = new Worker(new URL("./graph-worker.js", import.meta.url), { workerData: options });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 0;
  let failure: Error | undefined;
  const failAll = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on("message", (reply: GraphReply) => {
    const promise = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) {
      const { message, user } = reply.error;
      promise?.reject(user ? new UserError(message) : new Error(message));
    } else promise?.resolve(reply.value);
  });
  worker.on("error", (error: Error) => failAll(error));
  worker.on("exit", () => failAll(new Error("The thread that builds the graph has ended.")));
  const ask = (request: Request): Promise<unknown> => {
    if (failure) return Promise.reject(failure);
    const id = next++;
    const promise = withResolvers<unknown>();
    waiting.set(id, promise);
    worker.postMessage({ ...request, id });
    return promise.promise;
  };
  return {
    insertUpTo: async (rows) => void (await ask({ insertUpTo: rows })),
    finish: async (finish) => (await ask({ finish })) as BuiltGraph,
    close: async () => void (await worker.terminate()),
  };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: Error): void;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
