import { createTurns, type Engine, UserError } from "@cliptune/engine";
import { type Adapter, adapterScales, checkAdapter } from "./adapter.js";
import { encodeImageBatches, encodeTextBatches, type TextTimings } from "./encode-batches.js";
import { type EncoderParts, type EncoderPrograms, encoderPrograms } from "./encoder-programs.js";
import { encoderFingerprint } from "./fingerprint.js";
import type { ClipModel } from "./model.js";

/** Pictures and texts to unit vectors in one space. */
export interface Encoder {
  /** D, the length of every vector. */
  readonly dimension: number;
  /** SHA-256 over model, preprocessing, adapter and strength: vectors compare only where it is equal. */
  readonly fingerprint: string;
  /** Inverse temperature: what cosines are multiplied with to become logits. */
  readonly logitScale: number;
  /** S, the side of the pictures in pixels. */
  readonly imageSize: number;
  readonly strength: number;
  /** `[n, S, S, 3]` bytes, as `preprocessImage` makes them → `[n, D]` of unit norm. */
  encodeImages(pixels: Uint8Array, n: number): Promise<Float32Array>;
  /**
   * Texts → `[n, D]` of unit norm.
   *
   * @param timings is told how long the tokenizer took
   */
  encodeTexts(texts: readonly string[], timings?: TextTimings): Promise<Float32Array>;
  /** Multiplier on the adapter: 0 is the base model, 1 the adapter as trained. Holds for later calls. */
  setStrength(strength: number): void;
  /**
   * Another adapter on the same base, or none; it holds for later calls. The base is in memory once. What was compiled for
   * an adapter serves every other with its layers, ranks and scales, and is kept for when one of them comes back.
   */
  setAdapter(adapter: Adapter | undefined): Promise<void>;
  dispose(): Promise<void>;
}

export interface EncoderOptions {
  readonly adapter?: Adapter;
  /** Multiplier on the adapter's scale. */
  readonly strength?: number;
  /** Batch sizes to compile for, ascending; the last batch is padded to one of them. */
  readonly batchSizes?: readonly number[];
}

export type EncoderModel = Pick<
  ClipModel,
  "config" | "weights" | "tokenizer" | "preprocessing" | "fingerprint"
>;

function checkStrength(strength: number): number {
  if (Number.isFinite(strength)) return strength;
  throw new UserError(`Strength is ${strength}; it must be a finite number, 0 for the base model.`);
}

/** What is compiled for adapters of one kind, and the matrices of the one that was on last. */
interface Slot {
  readonly parts: EncoderParts;
  readonly programs: EncoderPrograms;
  held: Adapter | undefined;
}

/**
 * Adapters of one kind differ in their numbers alone.
 *
 * @throws UserError when the adapter was made for another model
 */
function kindOf({ config }: EncoderModel, adapter: Adapter): string {
  checkAdapter("The adapter", adapter, config);
  const shapes = Object.entries(adapter.weights).map(([name, { shape }]) => [name, shape]);
  return JSON.stringify([shapes.sort(), adapterScales(config, adapter.config)]);
}

/** Slots by their kind, over one copy of the model's weights. */
function createSlots(engine: Engine, model: EncoderModel) {
  const { config, preprocessing } = model;
  const weights = engine.constants(model.weights);
  const slots = new Map<string, Slot>();
  const kinds = new WeakMap<Adapter, string>();
  const made = (adapter: Adapter | undefined): Slot => {
    const lora = adapter && {
      state: engine.state(adapter.weights),
      scales: adapterScales(config, adapter.config),
    };
    const parts = { engine, config, preprocessing, weights, ...(lora && { lora }) };
    return { parts, programs: encoderPrograms(parts), held: adapter };
  };
  return {
    /** The slot of an adapter's kind, with the adapter in it. */
    async holding(adapter: Adapter | undefined): Promise<Slot> {
      const kind = adapter ? (kinds.get(adapter) ?? kindOf(model, adapter)) : "";
      if (adapter) kinds.set(adapter, kind);
      const slot = slots.get(kind) ?? made(adapter);
      slots.set(kind, slot);
      if (adapter && slot.held !== adapter) await slot.parts.lora?.state.write(adapter.weights);
      slot.held = adapter;
      return slot;
    },
    async dispose(): Promise<void> {
      for (const { parts, programs } of slots.values()) {
        await programs.dispose();
        parts.lora?.state.dispose();
      }
      weights.dispose();
    },
  };
}

/**
 * Puts a model (and an adapter) on an engine, ready to encode. Weights go in once; programs are
 * compiled at first use, one per batch size and text length. Calls may overlap: they take turns.
 *
 * @throws UserError when the adapter was made for another model
 */
export async function createEncoder(
  engine: Engine,
  model: EncoderModel,
  options: EncoderOptions = {},
): Promise<Encoder> {
  const { batchSizes = [1, 8, 32] } = options;
  let { adapter } = options;
  let strength = checkStrength(options.strength ?? 1);
  const slots = createSlots(engine, model);
  let slot = await slots.holding(adapter);
  const { tokenizer } = model;
  const inTurn = createTurns();
  let disposed = false;
  const encode = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(() => {
      if (disposed) throw new Error("encoder: used after dispose()");
      return work();
    });
  return {
    dimension: model.config.projectionDim,
    imageSize: model.config.vision.imageSize,
    get strength() {
      return strength;
    },
    get logitScale() {
      return adapter?.logitScale ?? Math.exp(model.weights["logit_scale"]!.data[0]!);
    },
    get fingerprint() {
      return encoderFingerprint(model, adapter && { adapter, strength });
    },
    encodeImages(pixels, n) {
      const how = { batchSizes, strength };
      return encode(() => encodeImageBatches({ ...slot, ...how }, pixels, n));
    },
    encodeTexts(texts, timings) {
      const how = { batchSizes, strength };
      return encode(() => encodeTextBatches({ ...slot, ...how }, { tokenizer, texts, timings }));
    },
    setStrength(value) {
      strength = checkStrength(value);
    },
    setAdapter: (next) =>
      encode(async () => {
        slot = await slots.holding(next);
        adapter = next;
      }),
    dispose: () =>
      inTurn(async () => {
        if (disposed) return;
        disposed = true;
        await slots.dispose();
      }),
  };
}
