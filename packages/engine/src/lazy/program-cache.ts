import * as ort from "onnxruntime-node";
import type { Graph } from "../graph/graph.js";
import { optimise } from "../graph/passes.js";
import { emitOnnx } from "../onnx/emitter.js";
import { inputName } from "../onnx/writer.js";
import type { Data, NdArray } from "../types.js";
import { operationsOf, structureOf } from "./structure.js";
import { openSyncSession, type SyncSession } from "./sync-session.js";

interface Compiled {
  readonly session: SyncSession;
  /** For each input that the session takes: its name there and its place among the structure's inputs. */
  readonly feeds: ReadonlyArray<{ readonly name: string; readonly place: number }>;
  readonly outputs: readonly string[];
}

/** Below this many operations, waking other threads costs more than they bring. */
const worthThreads = 1_000_000;

function compile(graph: Graph, inputs: readonly string[]): Compiled {
  const program = emitOnnx(optimise(graph));
  const threads = operationsOf(graph) < worthThreads ? 1 : 0;
  return {
    session: openSyncSession(program.model, threads),
    feeds: program.inputs.map(({ source, name }) => ({
      name: inputName(source, name),
      place: inputs.indexOf(name),
    })),
    outputs: Object.keys(program.outputs),
  };
}

/** Runs graphs, and keeps the programs of the `capacity` structures used last. */
export class ProgramCache {
  readonly capacity: number;
  #programs = new Map<string, Compiled>();
  #compiled = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many programs have been compiled so far. */
  get compiled(): number {
    return this.#compiled;
  }

  /** Runs a graph on the arrays that its inputs are named after; gives its outputs' elements, in order. */
  run(graph: Graph, arrays: ReadonlyMap<string, NdArray>): Data[] {
    const { key, inputs } = structureOf(graph);
    const program = this.#programs.get(key) ?? compile(graph, inputs);
    if (!this.#programs.delete(key)) this.#compiled++;
    this.#programs.set(key, program); // the last in a Map's order is the one used last
    if (this.#programs.size > this.capacity) this.#evict(this.#programs.keys().next().value!);
    const fed = program.feeds.map(({ name, place }) => {
      const { dtype, data, shape } = arrays.get(inputs[place]!)!;
      return [name, new ort.Tensor(dtype, data, shape)];
    });
    const results = program.session.run(Object.fromEntries(fed), program.outputs);
    return program.outputs.map((name) => results[name]!.data as Data);
  }

  #evict(key: string): void {
    this.#programs.get(key)!.session.dispose();
    this.#programs.delete(key);
  }

  dispose(): void {
    for (const key of [...this.#programs.keys()]) this.#evict(key);
  }
}
