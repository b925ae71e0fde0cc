import * as tf from "@tensorflow/tfjs-core";
import { copyOf } from "../arrays.js";
import { UserError } from "../errors.js";
import { GraphBuilder, type Node } from "../graph/graph.js";
import type { Data, DType } from "../types.js";
import { literal } from "./literal.js";
import { type Recorder, registerKernels } from "./register.js";

export const traceBackendName = "cliptune-trace";

/**
 * A tfjs backend that computes nothing: every tensor stands for a node of the graph being recorded.
 * What is not here: memory management (nodes die with the graph) and reads (a traced value has none).
 */
export class TraceBackend extends tf.KernelBackend implements Recorder {
  builder = new GraphBuilder();
  #nodes = new WeakMap<object, Node>();

  /** Starts a new graph; tensors of the last one are strangers to it. */
  begin(): void {
    this.builder = new GraphBuilder();
    this.#nodes = new WeakMap();
  }

  /** A tensor that stands for `node`. */
  hold(node: Node): tf.TensorInfo {
    const dataId = {};
    this.#nodes.set(dataId, node);
    // tfjs has no uint8; such nodes are cast before they reach it.
    return { dataId, shape: [...node.shape], dtype: node.dtype as tf.DataType };
  }

  node(tensor: tf.TensorInfo): Node {
    const node = this.#nodes.get(tensor.dataId);
    if (!node) {
      throw new UserError(
        `a tensor made outside the program, ${tensor.dtype} [${tensor.shape.join(", ")}], was used inside it; pass it as a constant, state or input instead.`,
      );
    }
    return node;
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): void {
    if (dtype === "string" || dtype === "complex64") {
      throw new UserError(
        `tensors of type ${dtype} cannot be compiled; use float32, int32 or bool.`,
      );
    }
    const data = copyOf(dtype as DType, values as Data);
    this.#nodes.set(dataId, literal(data, shape, dtype as DType, this.builder));
  }

  override readSync(): never {
    throw new UserError(
      "a tensor's value was read (dataSync, data, print) while the program was traced; it must not depend on values, so return the tensor as an output, or run on an eager engine (wasm, cpu).",
    );
  }
  override async read(): Promise<never> {
    return this.readSync();
  }
  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override timerAvailable(): boolean {
    return false;
  }
  override dispose(): void {}
}

export const traceBackend = new TraceBackend();

tf.registerBackend(traceBackendName, () => traceBackend, -1);
registerKernels(traceBackendName);
