import { type Graph, liveNodes, type Node, type Source } from "../graph/graph.js";
import { outputKey } from "../trace/trace.js";
import type { Spec } from "../types.js";
import { isFrozenMatrix, kindsOf } from "./kinds.js";
import { lowered } from "./lowered.js";
import {
  type HloType,
  hloTypes,
  type Precision,
  tensorType,
  type Value,
  Writer,
} from "./writer.js";

/** One argument of `@main`, in order. */
export interface Argument {
  readonly source: Source;
  readonly name: string;
  readonly spec: Spec;
  /** As the program reads it: `spec`'s own, or bfloat16. */
  readonly type: HloType;
  /** Index of the result that takes over this argument's memory. */
  readonly donatedTo?: number;
}

export interface StableHloProgram {
  readonly text: string;
  readonly arguments: readonly Argument[];
  /** In order; keys are `outputKey`s. */
  readonly results: ReadonlyArray<{ readonly key: string; readonly spec: Spec }>;
}

const specOf = ({ dtype, shape }: Spec): Spec => ({ dtype, shape });

/** State that the program replaces gives its memory to the value that replaces it. */
function argumentOf(node: Node, resultKeys: readonly string[], precision: Precision): Argument {
  const source = node.attrs["source"] as Source;
  const name = node.attrs["name"] as string;
  const result = source === "state" ? resultKeys.indexOf(outputKey("state", name)) : -1;
  const type = storedType(source, node, precision);
  return { source, name, spec: specOf(node), type, ...(result >= 0 ? { donatedTo: result } : {}) };
}

/** How an array lies on the device: frozen matrices as bfloat16, where products read them so. */
export const storedType = (source: Source, spec: Spec, precision: Precision): HloType =>
  precision === "bf16" && isFrozenMatrix(source, spec) ? "bf16" : hloTypes[spec.dtype];

const declaration = ({ spec, type: element, donatedTo }: Argument, index: number): string => {
  const type = tensorType({ type: element, shape: spec.shape });
  const alias = donatedTo === undefined ? "" : ` {tf.aliasing_output = ${donatedTo} : i32}`;
  return `%arg${index}: ${type}${alias}`;
};

/**
 * Says a graph in StableHLO's text form, as a module with one function `@main`. Only what is live is an argument.
 * @see https://openxla.org/stablehlo/spec
 */
export function emitStableHlo(
  graph: Graph,
  { precision }: { readonly precision: Precision },
): StableHloProgram {
  const writer = new Writer(precision);
  const kinds = kindsOf(graph);
  const values = new Map<Node, Value>();
  const resultKeys = Object.keys(graph.outputs);
  const args: Argument[] = [];
  for (const node of liveNodes(graph)) {
    if (node.op === "input") {
      const name = `%arg${args.length}`;
      const argument = argumentOf(node, resultKeys, precision);
      args.push(argument);
      values.set(node, { name, type: argument.type, shape: node.shape });
    } else {
      const inputs = node.inputs.map((input) => values.get(input)!);
      values.set(node, lowered(node, inputs, kinds.get(node) ?? "plain", writer));
    }
  }
  const results = Object.values(graph.outputs).map((node) =>
    writer.convert(values.get(node)!, hloTypes[node.dtype]),
  );
  const types = results.map(tensorType).join(", ");
  const text = [
    "module @program {",
    `func.func public @main(${args.map(declaration).join(", ")}) -> (${types}) {`,
    ...writer.lines,
    `return ${results.map((value) => value.name).join(", ")} : ${types}`,
    "}",
    "}",
    "",
  ].join("\n");
  return {
    text,
    arguments: args,
    results: Object.entries(graph.outputs).map(([key, node]) => ({ key, spec: specOf(node) })),
  };
}
