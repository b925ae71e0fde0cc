import { parentPort, workerData } from "node:worker_threads";
import { UserError } from "@cliptune/engine";
import { createGraphBuilder, type FinishOptions, type GraphOptions } from "./graph-builder.js";

/** What the thread is told, in order; each is answered with its number. */
export type GraphRequest = { readonly id: number } & (
  | { readonly insertUpTo: number }
  | { readonly finish: FinishOptions }
);

export type GraphReply = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: { readonly message: string; readonly user: boolean } }
);

const port = parentPort!;
const builder = createGraphBuilder(workerData as GraphOptions);
builder.catch(() => undefined); // told with the first answer
let turn: Promise<unknown> = Promise.resolve();

port.on("message", (request: GraphRequest) => {
  turn = turn.then(async () => {
    try {
      const value = await answer(request);
      port.postMessage({ id: request.id, value } satisfies GraphReply);
    } catch (error) {
      // Between threads an error keeps its message and loses its class.
      const message = error instanceof Error ? error.message : String(error);
      const told = { message, user: error instanceof UserError };
      port.postMessage({ id: request.id, error: told } satisfies GraphReply);
    }
  });
});

async function answer(request: GraphRequest): Promise<unknown> {
  const graph = await builder;
  if ("insertUpTo" in request) return graph.insertUpTo(request.insertUpTo);
  const built = await graph.finish(request.finish);
  await graph.close();
  return built;
}
