import { type Graph, liveNodes, type Node, type Source } from "../graph/graph.js";
import { outputKey } from "../trace/trace.js";
import type { Spec } from "../types.js";
import { forms } from "./forms.js";
import { hloTypes, type Precision, tensorType, type Value, Writer } from "./writer.js";

/** One argument of `@main`, in order. */
export interface Argument {
  readonly source: Source;
  readonly name: string;
  readonly spec: Spec;
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
function argumentOf(node: Node, resultKeys: readonly string[]): Argument {
  const source = node.attrs["source"] as Source;
  const name = node.attrs["name"] as string;
  const result = source === "state" ? resultKeys.indexOf(outputKey("state", name)) : -1;
  return { source, name, spec: specOf(node), ...(result >= 0 ? { donatedTo: result } : {}) };
}

const declaration = ({ spec, donatedTo }: Argument, index: number): string => {
  const type = tensorType({ type: hloTypes[spec.dtype], shape: spec.shape });
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
  const values = new Map<Node, Value>();
  const resultKeys = Object.keys(graph.outputs);
  const args: Argument[] = [];
  for (const node of liveNodes(graph)) {
    if (node.op === "input") {
      const name = `%arg${args.length}`;
      args.push(argumentOf(node, resultKeys));
      values.set(node, { name, type: hloTypes[node.dtype], shape: node.shape });
    } else {
      const inputs = node.inputs.map((input) => values.get(input)!);
      values.set(node, forms[node.op](node, inputs, writer));
    }
  }
  const results = Object.values(graph.outputs).map((node) => values.get(node)!);
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
