#!/usr/bin/env node
// Starts the built app: `node start.mjs` with CLIPTUNE_INDEX, CLIPTUNE_RUNS, PORT and HOST, or start().
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { guard } from "./edge/edge.mjs";
import { prepareEnvironment, readEnvironment } from "./environment.mjs";

const appDir = dirname(fileURLToPath(import.meta.url));
const graceMs = 10_000;
const defaultRate = 100;

/** What a person can mend; the CLI prints its message and nothing else. */
class UserError extends Error {
  name = "UserError";
}

/**
 * Serves the built app.
 *
 * @param {import("./start.mjs").StartOptions} [options]
 * @returns {Promise<import("./start.mjs").RunningApp>}
 */
export async function start(options = {}) {
  const { index, runs, model, port = 3000, host = "127.0.0.1" } = options;
  if (!existsSync(join(appDir, ".next/BUILD_ID"))) {
    throw new UserError(`The page in ${appDir} is not built; run \`npm run build\` first.`);
  }
  prepareEnvironment({
    index: index && resolve(index),
    runs: runs && resolve(runs),
    model,
    app: appDir,
  });
  const limits = readLimits(options);
  // Slow senders are cut off: headers within 10 s, the whole request within a minute.
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 60_000 });
  globalThis.cliptuneStopping = new AbortController();
  const actualPort = await listen(server, port, host);
  const { default: next } = await import("next");
  const app = next({ dev: false, dir: appDir, hostname: host, port: actualPort });
  server.on("request", guard(app.getRequestHandler(), { host, ...limits }));
  await withoutStdout(() => app.prepare());
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}`;
  if (readEnvironment().index !== undefined) warmUp(url);
  return { url, port: actualPort, close: () => close(server, app) };
}

/** Next tells on stdout how long its config took; stdout belongs to whoever starts the page. */
async function withoutStdout(run) {
  const { log } = console;
  console.log = console.error;
  try {
    return await run();
  } finally {
    console.log = log;
  }
}

/** Opens the index now, so that the first person need not wait; a fault is told here and on the page. */
function warmUp(url) {
  fetch(`${url}/api/search?q=warm-up&k=1`)
    .then(async (answer) => {
      if (!answer.ok) console.error(`error: ${(await answer.json()).error}`);
    })
    .catch(() => undefined); // stopped meanwhile
}

/** Options first, then the environment, then what suits one machine. */
function readLimits({ rate, hosts }) {
  const { rate: wanted, hosts: names } = readEnvironment();
  const perSecond = rate ?? (wanted === undefined ? defaultRate : Number(wanted));
  if (!(perSecond > 0)) {
    throw new UserError(`CLIPTUNE_RATE is "${wanted ?? rate}"; it must be a number above 0.`);
  }
  const listed = hosts ?? (names ?? "").split(",");
  return {
    rate: perSecond,
    hosts: listed.map((name) => name.trim().toLowerCase()).filter(Boolean),
  };
}

/** Takes the port before anything slow is done; requests that come early wait in the socket. */
function listen(server, port, host) {
  return new Promise((done, fail) => {
    server.once("error", (error) => fail(explain(error, port, host)));
    server.listen(port, host, () => done(server.address().port));
  });
}

function explain(error, port, host) {
  const advice = {
    EADDRINUSE: `Port ${port} of ${host} is in use; choose another with --port.`,
    EACCES: `Port ${port} of ${host} may not be used by this account; choose one above 1023 with --port.`,
    EADDRNOTAVAIL: `${host} is no address of this machine; choose another host.`,
  }[error.code];
  return advice === undefined ? error : new UserError(advice);
}

/** Lets requests in flight end, for a while. */
async function close(server, app) {
  await readWhatCame(server);
  const closed = new Promise((done) => server.close(done));
  globalThis.cliptuneStopping?.abort(); // live streams end, which would go on for ever
  // A connection that has had its answer now would be kept alive for another request.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
  await app.close();
}

/**
 * A busy server has not accepted and read all that was sent to it, and closing cuts that off. Each round leads
 * through the event loop's phase that accepts, a connection or two; one without any was the last.
 */
async function readWhatCame(server) {
  const deadline = performance.now() + graceMs / 4;
  let came = true;
  const onConnection = () => {
    came = true;
  };
  server.on("connection", onConnection);
  while (came && performance.now() < deadline) {
    came = false;
    await new Promise((done) => setTimeout(done, 25));
    await new Promise((done) => setImmediate(done));
  }
  server.off("connection", onConnection);
}

async function main() {
  const { port = "3000", host = "127.0.0.1" } = readEnvironment();
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UserError(`PORT is "${port}"; it must be a whole number from 0 to 65535.`);
  }
  const app = await start({ port: Number(port), host });
  console.log(`Ready on ${app.url}`);
  const stop = () => app.close().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(error.name === "UserError" ? `error: ${error.message}` : error);
    process.exit(1);
  });
}
