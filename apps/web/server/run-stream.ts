import type { RunEvent } from "@/lib/run";
import { Failure } from "./failure";
import type { RunReader } from "./run-reader";
import { openRun, wholeRun } from "./runs";

const pollMs = 1000;
const retryMs = 2000;
/** Streams at once: each looks at its runs every second. */
const mostStreams = 64;
/** Proxies close what is silent for long. */
const heartbeatMs = 15_000;

const server = globalThis as typeof globalThis & {
  cliptuneStopping?: AbortController;
  cliptuneStreams?: number;
};

/**
 * Server-sent events of runs: `run` with all of a run when the stream begins and when the run begins
 * anew, `more` with what is new, `end` when none is training any more. A browser that lost the
 * stream asks again by itself and is told all again.
 *
 * @throws Failure 404 for an unknown name, 429 when too many listen
 */
export async function runEvents(names: readonly string[], gone: AbortSignal): Promise<Response> {
  const readers = await Promise.all(names.map(openRun));
  if ((server.cliptuneStreams ?? 0) >= mostStreams) {
    throw new Failure(429, `${mostStreams} pages follow runs already; try again in a second.`);
  }
  const signals = [gone, ...(server.cliptuneStopping ? [server.cliptuneStopping.signal] : [])];
  const told = counted(lines(readers, AbortSignal.any(signals)));
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await told.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await told.return(undefined)),
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no",
    },
  });
}

async function* counted(told: AsyncGenerator<string>): AsyncGenerator<string> {
  server.cliptuneStreams = (server.cliptuneStreams ?? 0) + 1;
  try {
    yield* told;
  } finally {
    server.cliptuneStreams -= 1;
  }
}

async function* lines(readers: readonly RunReader[], stop: AbortSignal): AsyncGenerator<string> {
  yield `retry: ${retryMs}\n\n`;
  const told = new Map<RunReader, string>();
  for (const reader of readers) {
    const run = await wholeRun(reader);
    told.set(reader, JSON.stringify(await reader.overview()));
    yield event({ kind: "run", run });
  }
  let silent = 0;
  while (!stop.aborted) {
    const news = (await Promise.all(readers.map((reader) => newsOf(reader, told)))).flat();
    yield* news.map(event);
    silent = news.length > 0 ? 0 : silent + pollMs;
    if (silent >= heartbeatMs) {
      silent = 0;
      yield ": still here\n\n";
    }
    if ([...told.values()].every((overview) => !overview.includes('"status":"running"'))) {
      yield event({ kind: "end" });
      return;
    }
    await pause(pollMs, stop);
  }
}

async function newsOf(reader: RunReader, told: Map<RunReader, string>): Promise<RunEvent[]> {
  const { anew, added } = await reader.read();
  const overview = await reader.overview();
  const text = JSON.stringify(overview);
  if (told.get(reader) === text && !anew) return [];
  told.set(reader, text);
  if (anew) return [{ kind: "run", run: await wholeRun(reader) }];
  const facts = await reader.facts();
  const more = { ...overview, facts, stepRecords: added.steps, evaluations: added.evaluations };
  return [{ kind: "more", run: more }];
}

function event(message: RunEvent): string {
  const { kind } = message;
  return `event: ${kind}\ndata: ${JSON.stringify("run" in message ? message.run : {})}\n\n`;
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    stop.addEventListener("abort", end);
  });
}
