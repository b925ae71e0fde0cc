import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.js";
import { withBackend } from "../exclusive.js";
import type { Graph, Node, Source } from "../graph/graph.js";
import { checkNextState } from "../next-state.js";
import type { ProgramDefinition, Specs, Tensors } from "../types.js";
import { traceBackend, traceBackendName } from "./backend.js";

/** Names of a graph's outputs: small results go to the caller, the rest replaces state. */
export const outputKey = (kind: "output" | "state", name: string): string =>
  `${kind === "state" ? "next" : kind}:${name}`;

function symbols(source: Source, specs: Specs = {}): Tensors {
  const tensors = Object.entries(specs).map(([name, spec]) => {
    const leaf = traceBackend.builder.input(source, name, spec);
    const node =
      spec.dtype === "uint8" ? traceBackend.builder.op("cast", [leaf], { dtype: "int32" }) : leaf;
    return [name, tf.engine().makeTensorFromTensorInfo(traceBackend.hold(node))];
  });
  return Object.fromEntries(tensors);
}

function nodesOf(kind: "output" | "state", tensors: Tensors = {}): Array<[string, Node]> {
  return Object.entries(tensors).map(([name, tensor]) => [
    outputKey(kind, name),
    traceBackend.node(tensor),
  ]);
}

/** tfjs's message for a kernel that a backend lacks, said as what the user must know. */
function explain(program: string, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const kernel = /[Kk]ernel '?"?(\w+)"?'? (?:not registered )?for backend/.exec(message)?.[1];
  if (!kernel) {
    if (message.startsWith(`${program}: `)) return error;
    const Kind = error instanceof UserError ? UserError : Error;
    return new Kind(`${program}: ${message}`, { cause: error });
  }
  return new UserError(
    `${program}: the tfjs kernel ${kernel} cannot be compiled; say it in other operators, or run this program on an eager engine (wasm, tfjs-node).`,
  );
}

/**
 * Calls the program's `run` once with symbolic tensors and returns what it would compute as a graph.
 * Outputs are named by `outputKey`.
 */
export function trace(definition: ProgramDefinition): Promise<Graph> {
  return withBackend(traceBackendName, () => {
    traceBackend.begin();
    tf.engine().startScope(definition.name);
    try {
      const { outputs, state } = definition.run({
        constants: symbols("constant", definition.constants?.specs),
        state: symbols("state", definition.state?.specs),
        inputs: symbols("input", definition.inputs),
      });
      checkNextState(definition, state);
      return {
        outputs: Object.fromEntries([...nodesOf("output", outputs), ...nodesOf("state", state)]),
      };
    } catch (error) {
      throw explain(definition.name, error);
    } finally {
      tf.engine().endScope();
    }
  });
}
