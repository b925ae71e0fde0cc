#!/usr/bin/env node
// As many threads for decoding pictures as there are cores, where Node would take four. They start with the first
// module that is imported, so this is said before any, which only CommonJS can.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, require("node:os").availableParallelism()));
import("../dist/main.js").then(async ({ main }) => {
  process.exitCode = await main(process.argv.slice(2));
});
