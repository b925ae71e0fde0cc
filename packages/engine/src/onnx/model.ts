import { bytes, float, integer, type Message, message } from "../protobuf.js";
import type { DType, Spec } from "../types.js";

// Field numbers are those of onnx.proto3.

export type OnnxType = DType | "int64";

/** TensorProto.DataType */
export const onnxTypes: Record<OnnxType, number> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** AttributeProto values: a JavaScript number is written as a float only when wrapped. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 };

function attribute(name: string, value: OnnxAttribute): Message {
  const head = bytes(1, name);
  if (typeof value === "number")
    return message(head, integer(3, value), integer(20, attributeTypes.int));
  if (typeof value === "string")
    return message(head, bytes(4, value), integer(20, attributeTypes.string));
  if ("float" in value)
    return message(head, float(2, value.float), integer(20, attributeTypes.float));
  return message(head, ...value.map((v) => integer(8, v)), integer(20, attributeTypes.ints));
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs: Readonly<Record<string, OnnxAttribute>>;
  readonly domain: string;
}

export interface Initializer {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** The elements; undefined when they are handed over beside the model, under the initializer's name. */
  readonly raw?: Uint8Array;
}

const nodeProto = (node: OnnxNode): Message =>
  message(
    ...node.inputs.map((name) => bytes(1, name)),
    ...node.outputs.map((name) => bytes(2, name)),
    bytes(3, node.outputs[0]!),
    bytes(4, node.type),
    ...Object.entries(node.attrs).map(([name, value]) => bytes(5, attribute(name, value))),
    bytes(7, node.domain),
  );

const tensorProto = ({ name, type, shape, raw }: Initializer): Message =>
  message(
    ...shape.map((d) => integer(1, d)),
    integer(2, onnxTypes[type]),
    bytes(8, name),
    ...(raw ? [bytes(9, raw)] : outside(name)),
  );

/** TensorProto.external_data names a file, which here is a buffer handed over with the model. */
const outside = (location: string): Message[] => [
  bytes(13, message(bytes(1, "location"), bytes(2, location))),
  integer(14, 1),
];

function valueInfo(name: string, { dtype, shape }: Spec): Message {
  const dimensions = shape.map((d) => bytes(1, integer(1, d)));
  const tensorType = message(integer(1, onnxTypes[dtype]), bytes(2, message(...dimensions)));
  return message(bytes(1, name), bytes(2, bytes(1, tensorType)));
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: ReadonlyArray<readonly [name: string, spec: Spec]>;
  readonly outputs: ReadonlyArray<readonly [name: string, spec: Spec]>;
}

const irVersion = 10;
/** Operator set of ONNX 1.16; `com.microsoft` holds ONNX Runtime's own operators. */
const opset = 21;

const opsetId = (domain: string, version: number): Message =>
  message(bytes(1, domain), integer(2, version));

/** A ModelProto. Weights are inputs, never inside, so that the 2 GB limit of protobuf is out of reach. */
export const modelProto = (graph: OnnxGraph): Uint8Array =>
  message(
    integer(1, irVersion),
    bytes(2, "cliptune"),
    bytes(
      7,
      message(
        ...graph.nodes.map((node) => bytes(1, nodeProto(node))),
        bytes(2, "program"),
        ...graph.initializers.map((tensor) => bytes(5, tensorProto(tensor))),
        ...graph.inputs.map(([name, spec]) => bytes(11, valueInfo(name, spec))),
        ...graph.outputs.map(([name, spec]) => bytes(12, valueInfo(name, spec))),
      ),
    ),
    bytes(8, opsetId("", opset)),
    bytes(8, opsetId("com.microsoft", 1)),
  );
