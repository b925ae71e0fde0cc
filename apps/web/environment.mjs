// The only file of this package that reads or writes the environment.

/**
 * Where the server finds its files.
 *
 * @returns {import("./environment.mjs").Environment}
 */
export function readEnvironment() {
  return {
    index: process.env.CLIPTUNE_INDEX || undefined,
    runs: process.env.CLIPTUNE_RUNS || undefined,
    model: process.env.CLIPTUNE_MODEL || undefined,
    port: process.env.PORT || undefined,
    host: process.env.HOST || undefined,
    rate: process.env.CLIPTUNE_RATE || undefined,
    hosts: process.env.CLIPTUNE_HOSTS || undefined,
    app: process.env.CLIPTUNE_WEB || process.cwd(),
    development: process.env.NODE_ENV === "development",
  };
}

/**
 * Sets what the app reads later, in this process; entries that are left out keep their value.
 *
 * @param {import("./environment.mjs").Places} places
 */
export function prepareEnvironment({ index, runs, model, app }) {
  process.env.NODE_ENV = "production";
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  if (app !== undefined) process.env.CLIPTUNE_WEB = app;
  if (index !== undefined) process.env.CLIPTUNE_INDEX = index;
  if (runs !== undefined) process.env.CLIPTUNE_RUNS = runs;
  if (model !== undefined) process.env.CLIPTUNE_MODEL = model;
}
