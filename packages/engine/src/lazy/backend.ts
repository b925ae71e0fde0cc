import * as tf from "@tensorflow/tfjs-core";
import { copyOf } from "../arrays.js";
import { UserError } from "../errors.js";
import { GraphBuilder, type Node } from "../graph/graph.js";
import type { Recorder } from "../trace/register.js";
import type { Data, DType, NdArray, Spec } from "../types.js";
import { ProgramCache } from "./program-cache.js";

/** What a tfjs data id stands for: elements, or the node that will give them once somebody asks. */
interface Slot extends Spec {
  references: number;
  node?: Node;
  data?: Data;
  /** UTF-8, of a tensor of strings: these are kept and given back, nothing computes with them. */
  text?: Uint8Array[];
}

/** Programs kept, of the structures used last. */
const keptPrograms = 128;
/** Nodes after which the end of a turn of the event loop runs what is pending, though nobody read. */
const nodesPerTurn = 100;
/** Nodes after which recording itself runs what is pending: code that never reads and never waits. */
const nodesAtMost = 2_000;

/**
 * A tfjs backend that records kernels and computes when a value is read: then all that is pending and still held
 * becomes one program, which is kept for the next time the same is asked of other values.
 */
export class LazyBackend extends tf.KernelBackend implements Recorder {
  builder = new GraphBuilder();
  #slots: tf.DataStorage<Slot> = new tf.DataStorage<Slot>(this, tf.engine());
  #pending = new Set<Slot>();
  /** The builder's inputs: the slots that recorded kernels read, and their elements by input name. */
  #leaves = new Map<Slot, Node>();
  #arrays = new Map<string, NdArray>();
  #recorded = 0;
  #watched = false;
  readonly programs = new ProgramCache(keptPrograms);

  node(tensor: tf.TensorInfo): Node {
    const slot = this.#slots.get(tensor.dataId);
    const node = slot.node ?? this.#leaf(slot);
    const { shape } = tensor;
    const isSame = shape.length === slot.shape.length && shape.every((d, i) => d === slot.shape[i]);
    return isSame ? node : this.builder.op("reshape", [node], { shape });
  }

  /** What was computed before is an input of what is recorded now. */
  #leaf(slot: Slot): Node {
    const known = this.#leaves.get(slot);
    if (known) return known;
    if (slot.text) {
      throw new UserError(
        'the onnx backend keeps tensors of type string and computes nothing with them; tf.setBackend("cpu") does.',
      );
    }
    const name = `x${this.#leaves.size}`;
    const { dtype, shape } = slot;
    const leaf = this.builder.input("input", name, { dtype, shape });
    this.#leaves.set(slot, leaf);
    this.#arrays.set(name, { dtype, shape, data: slot.data! });
    return leaf;
  }

  hold(node: Node, inputs: readonly tf.TensorInfo[]): tf.TensorInfo {
    const { dtype } = node as { dtype: tf.DataType };
    const shape = [...node.shape];
    const source = this.#viewed(node, inputs);
    if (source) {
      this.incRef(source.dataId);
      return { dataId: source.dataId, dtype, shape };
    }
    const dataId = {};
    const slot: Slot = { dtype: node.dtype, shape, references: 1, node };
    this.#slots.set(dataId, slot);
    this.#pending.add(slot);
    this.#recorded++;
    return { dataId, dtype, shape };
  }

  /** The input that a node shows under another shape: both are one piece of data. */
  #viewed(node: Node, inputs: readonly tf.TensorInfo[]): tf.TensorInfo | undefined {
    if (node.op !== "identity" && node.op !== "reshape") return undefined;
    return inputs.find((input) => {
      const slot = this.#slots.get(input.dataId);
      return node.inputs[0] === (slot.node ?? this.#leaves.get(slot));
    });
  }

  /** What nobody reads does not grow without end: it is looked at here, and when a turn of the event loop ends. */
  beforeKernel(): void {
    if (this.#recorded > nodesAtMost) this.#tryFlush();
    if (this.#watched) return;
    this.#watched = true;
    queueMicrotask(() => {
      this.#watched = false;
      if (this.#recorded > nodesPerTurn) this.#tryFlush();
    });
  }

  /** Errors wait for somebody who reads. */
  #tryFlush(): void {
    try {
      this.#run([...this.#pending]);
    } catch {
      this.#recorded = 0;
    }
  }

  #run(slots: readonly Slot[]): void {
    if (slots.length > 0) this.#fill(slots);
    if (this.#pending.size > 0) return;
    this.builder = new GraphBuilder();
    this.#leaves.clear();
    this.#arrays.clear();
    this.#recorded = 0;
  }

  /** Computes the slots' nodes in one program. */
  #fill(slots: readonly Slot[]): void {
    const nodes = [...new Set(slots.map((slot) => slot.node!))];
    const outputs = Object.fromEntries(nodes.map((node, i) => [`y${i}`, node]));
    const results = this.programs.run({ outputs }, this.#arrays);
    for (const slot of slots) {
      slot.data = results[nodes.indexOf(slot.node!)]!;
      delete slot.node;
      this.#pending.delete(slot);
    }
  }

  /** Computes `slot` with all else that is pending, or alone if that fails because of something else. */
  #compute(slot: Slot): Data {
    if (slot.node) {
      const others = [...this.#pending].filter((other) => other !== slot);
      try {
        this.#run([slot, ...others]);
      } catch (error) {
        if (others.length === 0) throw error;
        this.#run([slot]);
      }
    }
    return slot.data!;
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    if (dtype === "string") {
      const text = [...(values as Uint8Array[])];
      this.#slots.set(dataId, { dtype: "uint8", shape: [...shape], references, text });
      return;
    }
    // A copy, because the caller may write to its array before anything is computed.
    const data = copyOf(dtype as DType, values as Data);
    this.#slots.set(dataId, { dtype: dtype as DType, shape: [...shape], references, data });
  }

  override readSync(dataId: tf.DataId): tf.backend_util.BackendValues {
    const slot = this.#slots.get(dataId);
    // A copy, because other tensors may show the same data.
    return slot.text?.slice() ?? (this.#compute(slot).slice() as Data);
  }

  override async read(dataId: tf.DataId): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.#slots.has(dataId)) return true;
    const slot = this.#slots.get(dataId);
    slot.references--;
    if (!force && slot.references > 0) return false;
    this.#pending.delete(slot);
    this.#slots.delete(dataId);
    return true;
  }

  override incRef(dataId: tf.DataId): void {
    this.#slots.get(dataId).references++;
  }
  override refCount(dataId: tf.DataId): number {
    return this.#slots.has(dataId) ? this.#slots.get(dataId).references : 0;
  }
  override numDataIds(): number {
    return this.#slots.numDataIds();
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  /** Milliseconds that `f` takes with all that is pending after it. */
  override async time(f: () => void): Promise<{ kernelMs: number }> {
    const start = tf.util.now();
    f();
    this.#run([...this.#pending]);
    return { kernelMs: tf.util.now() - start };
  }

  override dispose(): void {
    this.programs.dispose();
  }
}
