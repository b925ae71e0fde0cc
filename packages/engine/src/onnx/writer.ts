import type { Node, Source } from "../graph/graph.js";
import {
  type Initializer,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxType,
  onnxTypes,
} from "./model.js";

/** The name of a program input in the ONNX graph. */
export const inputName = (source: Source, name: string): string => `${source}:${name}`;

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Collects ONNX nodes; every method returns the name of a value. */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, Initializer>();
  /** Operators to be said in others, as the provider has no kernel for them. */
  readonly lacking: ReadonlySet<string>;
  #names = new Map<Node, string>();
  #results = new Map<string, string[]>();
  #fresh = 0;

  constructor(lacking: ReadonlySet<string> = new Set()) {
    this.lacking = lacking;
  }

  /** The value that holds a graph node already emitted. */
  name(node: Node): string {
    return this.#names.get(node)!;
  }

  bind(node: Node, name: string): void {
    this.#names.set(node, name);
  }

  op(type: string, inputs: readonly string[], attrs: Attributes = {}, domain = ""): string {
    const output = `v${this.#fresh++}`;
    this.nodes.push({ type, inputs, outputs: [output], attrs, domain });
    return output;
  }

  /** As `op`, for an operator of several results; it is emitted once, whichever of them are asked for. */
  results(type: string, inputs: readonly string[], count: number, attrs: Attributes): string[] {
    const key = JSON.stringify([type, inputs, attrs]);
    const known = this.#results.get(key);
    if (known) return known;
    const outputs = Array.from({ length: count }, () => `v${this.#fresh++}`);
    this.nodes.push({ type, inputs, outputs, attrs, domain: "" });
    this.#results.set(key, outputs);
    return outputs;
  }

  cast(value: string, type: OnnxType): string {
    return this.op("Cast", [value], { to: onnxTypes[type] });
  }

  int64(values: readonly number[]): string {
    const raw = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    return this.initializer(`i64[${values.join()}]`, {
      type: "int64",
      shape: [values.length],
      raw,
    });
  }

  scalar(value: number, type: "float32" | "int32" | "bool" | "uint8"): string {
    const array =
      type === "float32"
        ? Float32Array.of(value)
        : type === "int32"
          ? Int32Array.of(value)
          : Uint8Array.of(value);
    return this.initializer(`${type}(${value})`, {
      type,
      shape: [],
      raw: new Uint8Array(array.buffer),
    });
  }

  initializer(name: string, tensor: Omit<Initializer, "name">): string {
    if (!this.initializers.has(name)) this.initializers.set(name, { name, ...tensor });
    return name;
  }
}
