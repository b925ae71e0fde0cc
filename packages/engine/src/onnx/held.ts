import * as ort from "onnxruntime-node";
import { elements, emptyData } from "../arrays.js";
import { heldValue } from "../held-value.js";
import type { Arrays, Data, Spec, Specs } from "../types.js";

export type OrtTensors = Record<string, ort.Tensor>;

/** Values that live with the engine: the arrays themselves, which ONNX Runtime's CPU reads in place. */
export interface Held {
  readonly tensors: OrtTensors;
  /** What the last step replaced: the next one writes its results there. */
  readonly spare: OrtTensors;
  /** Settles when every step, read and write asked for so far is done: they take turns. */
  turn: Promise<unknown>;
}

/** The arrays behind each `Constants` and `State` of one engine. */
export type Holds = WeakMap<object, Held>;

export const tensor = ({ dtype, shape }: Spec, data: Data): ort.Tensor =>
  new ort.Tensor(dtype, data, shape);

export const tensorsOf = (arrays: Arrays): OrtTensors =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, tensor(array, array.data)]),
  );

export const hostArrays = (tensors: OrtTensors, specs: Specs): Arrays =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [name, { ...specs[name]!, data: t.data as Data }]),
  );

export const hold = (arrays: Arrays): Held => ({
  tensors: tensorsOf(arrays),
  spare: {},
  turn: Promise.resolve(),
});

export const heldBy = (holds: Holds, owner: object): Held => heldValue("onnx-cpu", holds, owner);

export const isOnGpu = (held: ort.Tensor): boolean => held.location === "gpu-buffer";

/** Frees those on the GPU at once: the collector doesn't see what they hold. */
export function release(tensors: OrtTensors): void {
  for (const held of Object.values(tensors)) if (isOnGpu(held)) held.dispose();
}

/** Makes `tensors` the current values of their entries. */
export function place({ tensors: current }: Held, tensors: OrtTensors): void {
  const replaced = Object.fromEntries(
    Object.keys(tensors).map((name) => [name, current[name]!] as const),
  );
  Object.assign(current, tensors);
  release(replaced);
}

/** Runs `body` once everything asked of `held` before is done. */
export function inTurn<T>(held: Held, body: () => T | Promise<T>): Promise<T> {
  const mine = held.turn.then(body);
  held.turn = mine.catch(() => undefined);
  return mine;
}

/** Buffers for new values of the entries named: those that the step before last left behind. */
export function spareFor({ spare }: Held, specs: Specs, names: readonly string[]): OrtTensors {
  for (const name of names) {
    const spec = specs[name]!;
    spare[name] ??= tensor(spec, emptyData(spec.dtype, elements(spec.shape)));
  }
  return spare;
}

/** Makes what was written to the spare buffers the current values. */
export function swap({ tensors, spare }: Held, names: readonly string[]): void {
  for (const name of names) {
    [tensors[name], spare[name]] = [spare[name]!, tensors[name]!];
  }
}
