// What the tests of threads call.
import { readFile } from "node:fs/promises";
import { workerData } from "node:worker_threads";
import { serveThread, UserError } from "@cliptune/engine";

let release;
const released = new Promise((resolve) => {
  release = resolve;
});

serveThread({
  add: (value) => workerData.base + value,
  async addWhenReleased(value) {
    await released;
    return workerData.base + value;
  },
  release: () => release(),
  doubled: (rows) => rows.map((value) => 2 * value),
  async countUp({ times, next }, tell) {
    const all = [];
    for (let i = 0; i < times; i++) {
      tell(i);
      all.push(await next(i));
    }
    return all;
  },
  refuse(message) {
    throw new UserError(message);
  },
  break(message) {
    throw new TypeError(message);
  },
  read: (path) => readFile(path),
  waitFor: (signal) =>
    new Promise((_, fail) => {
      if (signal.aborted) fail(signal.reason);
      signal.addEventListener("abort", () => fail(signal.reason));
    }),
  crash: (message) =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error(message);
      });
    }),
});
