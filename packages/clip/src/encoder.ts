import { type Engine, UserError } from "@cliptune/engine";
import { type Adapter, adapterScales, checkAdapter } from "./adapter.js";
import { encodeImageBatches, encodeTextBatches } from "./encode-batches.js";
import { type EncoderParts, encoderPrograms } from "./encoder-programs.js";
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
  /** Texts → `[n, D]` of unit norm. */
  encodeTexts(texts: readonly string[]): Promise<Float32Array>;
  /** Multiplier on the adapter: 0 is the base model, 1 the adapter as trained. Holds for later calls. */
  setStrength(strength: number): void;
  /** Other weights for the same adapter shape, for instance the next checkpoint; nothing is compiled again. */
  setAdapter(adapter: Adapter): Promise<void>;
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

/** Work in the order of the calls, one at a time; a failure does not stop those behind it. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = tail.then(work);
    tail = turn.catch(() => undefined);
    return turn;
  };
}

function checkStrength(strength: number): number {
  if (Number.isFinite(strength)) return strength;
  throw new UserError(`Strength is ${strength}; it must be a finite number, 0 for the base model.`);
}

function upload(engine: Engine, model: EncoderModel, adapter: Adapter | undefined): EncoderParts {
  const { config, preprocessing } = model;
  const weights = engine.constants(model.weights);
  if (!adapter) return { engine, config, preprocessing, weights };
  checkAdapter("The adapter", adapter, config);
  const lora = {
    state: engine.state(adapter.weights),
    scales: adapterScales(config, adapter.config),
  };
  return { engine, config, preprocessing, weights, lora };
}

/** The same layers with the same scales: what `setAdapter` may swap in without compiling. */
function checkSwap(model: EncoderModel, known: Adapter | undefined, next: Adapter): void {
  if (!known) {
    throw new UserError("This encoder was made without an adapter; make another with one.");
  }
  checkAdapter("The adapter", next, model.config);
  const scales = (adapter: Adapter) => JSON.stringify(adapterScales(model.config, adapter.config));
  if (scales(known) !== scales(next)) {
    throw new UserError(
      "The adapter has other layers, ranks or alphas than the one before; make another encoder.",
    );
  }
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
  const parts = upload(engine, model, adapter);
  const programs = encoderPrograms(parts);
  const { tokenizer } = model;
  const inTurn = queue();
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
      const run = { parts, programs, batchSizes, strength };
      return encode(() => encodeImageBatches(run, pixels, n));
    },
    encodeTexts(texts) {
      const run = { parts, programs, batchSizes, strength };
      return encode(() => encodeTextBatches(run, tokenizer, texts));
    },
    setStrength(value) {
      strength = checkStrength(value);
    },
    setAdapter: (next) =>
      encode(async () => {
        checkSwap(model, adapter, next);
        await parts.lora?.state.write(next.weights);
        adapter = next;
      }),
    dispose: () =>
      inTurn(async () => {
        if (disposed) return;
        disposed = true;
        await programs.dispose();
        parts.lora?.state.dispose();
        parts.weights.dispose();
      }),
  };
}
