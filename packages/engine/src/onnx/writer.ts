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
  #names = new Map<Node, string>();
  #fresh = 0;

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

  /** As `op`, for an operator of two results, of which `index` is wanted. */
  pair(type: string, inputs: readonly string[], index: 0 | 1, attrs: Attributes = {}): string {
    const outputs = [`v${this.#fresh++}`, `v${this.#fresh++}`];
    this.nodes.push({ type, inputs, outputs, attrs, domain: "" });
    return outputs[index]!;
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
