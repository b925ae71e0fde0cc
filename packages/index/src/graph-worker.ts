import { workerData } from "node:worker_threads";
import { createTurns, serveThread } from "@cliptune/engine";
import { createGraphBuilder, type FinishOptions, type GraphOptions } from "./graph-builder.js";

const builder = createGraphBuilder(workerData as GraphOptions);
builder.catch(() => undefined); // told with the first answer
const inTurn = createTurns();

const calls = {
  /** Resolves when the rows up to this one are in the graph. */
  insertUpTo: (rows: number) => inTurn(async () => (await builder).insertUpTo(rows)),
  finish: (options: FinishOptions) =>
    inTurn(async () => {
      const graph = await builder;
      const built = await graph.finish(options);
      await graph.close();
      return built;
    }),
};
export type GraphCalls = typeof calls;
serveThread(calls);
