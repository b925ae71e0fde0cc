import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type Calls, connect, type Served } from "./calls.js";

/** A thread that serves functions. It keeps the process alive while a call waits for it, and not longer. */
export interface Thread<S extends Served> extends Pick<Calls<S>, "call"> {
  /** Ends the thread, whatever it does: calls that wait fail. */
  end(): Promise<void>;
}

export interface ThreadOptions {
  /** What it does, to end "The thread that …" with. */
  readonly does: string;
  /** The script's `workerData`. */
  readonly data?: unknown;
}

/** This process's flags but that of a program given as text (`node --input-type=module`), which no file can run under. */
function flagsForScripts(): string[] {
  const { execArgv } = process;
  const at = execArgv.findIndex((flag) => flag.split("=")[0] === "--input-type");
  return at === -1 ? execArgv : execArgv.toSpliced(at, execArgv[at]!.includes("=") ? 1 : 2);
}

/** @param script calls `serveThread` */
export function startThread<S extends Served>(
  script: URL,
  { does, data }: ThreadOptions,
): Thread<S> {
  const worker = new Worker(script, { workerData: data, execArgv: flagsForScripts() });
  const line = connect<S>(worker);
  let ended = false;
  worker.on("error", (error: Error) => line.fail(error));
  worker.on("exit", () => {
    ended = true;
    line.fail(new Error(`The thread that ${does} has ended.`));
  });
  worker.unref();
  return {
    call(name, ...args) {
      worker.ref();
      return line.call(name, ...args).finally(() => {
        if (line.waiting === 0) worker.unref();
      });
    },
    async end() {
      if (ended) return;
      const exit = once(worker, "exit");
      await worker.terminate();
      await exit;
    },
  };
}
