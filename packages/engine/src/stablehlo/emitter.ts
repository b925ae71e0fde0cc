import { type Graph, liveNodes, type Node } from "../graph/graph.js";
import type { Spec } from "../types.js";
import { type Argument, argumentOf, braced, declaration } from "./arguments.js";
import { kindsOf } from "./kinds.js";
import { lowered } from "./lowered.js";
import { mesh, partitions, shardingOf } from "./sharding.js";
import { hloTypes, type Precision, tensorType, type Value, Writer } from "./writer.js";

export interface StableHloProgram {
  readonly text: string;
  readonly arguments: readonly Argument[];
  /** In order; keys are `outputKey`s. */
  readonly results: ReadonlyArray<{ readonly key: string; readonly spec: Spec }>;
}

const specOf = ({ dtype, shape }: Spec): Spec => ({ dtype, shape });

/**
 * Says a graph in StableHLO's text form, as a module with one function `@main`. Only what is live is an argument.
 * @see https://openxla.org/stablehlo/spec
 */
export function emitStableHlo(
  graph: Graph,
  { precision, devices = 1 }: { readonly precision: Precision; readonly devices?: number },
): StableHloProgram {
  const writer = new Writer(precision);
  // In float32 each value is kept and multiplied as it is: its kind would decide nothing.
  const kinds = precision === "float32" ? undefined : kindsOf(graph);
  const values = new Map<Node, Value>();
  const resultKeys = Object.keys(graph.outputs);
  const args: Argument[] = [];
  for (const node of liveNodes(graph)) {
    if (node.op === "input") {
      const name = `%arg${args.length}`;
      const argument = argumentOf(node, resultKeys, { precision, devices });
      args.push(argument);
      values.set(node, { name, type: argument.type, shape: node.shape });
    } else {
      const inputs = node.inputs.map((input) => values.get(input)!);
      values.set(node, lowered(node, inputs, kinds?.get(node) ?? "plain", writer));
    }
  }
  const results = Object.values(graph.outputs).map((node) =>
    writer.convert(values.get(node)!, hloTypes[node.dtype]),
  );
  const types = results.map(tensorType).join(", ");
  const declared = results.map(
    (value) => tensorType(value) + braced(shardingOf(devices, false, value)),
  );
  const text = [
    `module @program${partitions(devices)} {`,
    ...mesh(devices),
    `func.func public @main(${args.map(declaration(devices)).join(", ")}) -> (${declared.join(", ")}) {`,
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
