import type * as tf from "@tensorflow/tfjs-core";

/** Element types that cross the engine's border. `uint8` inputs appear to tfjs code as `int32`. */
export type DType = "float32" | "int32" | "bool" | "uint8";

export interface Spec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export type Data = Float32Array | Int32Array | Uint8Array;

/** A dense array on the host, row-major. */
export interface NdArray extends Spec {
  readonly data: Data;
}

export type Specs = Readonly<Record<string, Spec>>;
export type Arrays = Readonly<Record<string, NdArray>>;
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * Frozen arrays: uploaded once, shared by every program that names them. `onnx-cpu` reads them in place,
 * so the caller must not write to them afterwards.
 */
export interface Constants {
  readonly specs: Specs;
  dispose(): void;
}

/** Arrays that programs read and replace; they live where the engine computes. */
export interface State {
  readonly specs: Specs;
  /** Copies entries to the host, all of them unless named. */
  read(names?: readonly string[]): Promise<Arrays>;
  /** Replaces entries; names, types and shapes must be those of the state. */
  write(arrays: Arrays): Promise<void>;
  dispose(): void;
}

export interface ProgramValues {
  readonly constants: Tensors;
  readonly state: Tensors;
  readonly inputs: Tensors;
}

export interface ProgramDefinition {
  /** Named in every error. */
  readonly name: string;
  readonly constants?: Constants;
  readonly state?: State;
  readonly inputs: Specs;
  /**
   * Plain tfjs-core code, called once with symbolic tensors (or, on an eager engine, every step
   * with real ones). It must be pure: no reads of tensor values, no randomness that is not an input.
   * `state` in the result replaces the entries it names.
   */
  run(values: ProgramValues): { readonly outputs: Tensors; readonly state?: Tensors };
}

export interface Program {
  readonly name: string;
  /** Runs once: only `inputs` go in, only the outputs come back; state stays in the engine. */
  step(inputs: Readonly<Record<string, Data>>): Promise<Arrays>;
  dispose(): Promise<void>;
}

export type EngineName =
  | "onnx-cpu"
  | "onnx-webgpu"
  | "onnx-cuda"
  | "xla"
  | "tfjs-node-gpu"
  | "tfjs-node"
  | "wasm"
  | "cpu";

export interface Engine {
  readonly name: EngineName;
  constants(arrays: Arrays): Constants;
  state(arrays: Arrays): State;
  compile(definition: ProgramDefinition): Promise<Program>;
  dispose(): Promise<void>;
}
