import { type Engine, type Program, UserError } from "@cliptune/engine";
import { type Adapter, adapterScales, checkAdapter } from "./adapter.js";
import { splitBatches } from "./batches.js";
import { encoderPrograms } from "./encoder-programs.js";
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

function upload(engine: Engine, model: EncoderModel, adapter: Adapter | undefined) {
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

/** Texts of equal bucket length together, so that one long title does not slow the others. */
function groupByLength(model: EncoderModel, texts: readonly string[]) {
  const groups = new Map<number, { index: number; ids: Int32Array; end: number }[]>();
  for (const [index, text] of texts.entries()) {
    const { ids, ends, length } = model.tokenizer.encode([text]);
    const group = groups.get(length) ?? [];
    groups.set(length, group);
    group.push({ index, ids, end: ends[0]! });
  }
  return groups;
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
  const side = model.config.vision.imageSize;
  const dimension = model.config.projectionDim;
  const parts = upload(engine, model, options.adapter);
  const programs = encoderPrograms(parts);
  const inTurn = queue();
  let { adapter } = options;
  let strength = checkStrength(options.strength ?? 1);
  let disposed = false;

  const run = async (
    program: Program,
    inputs: Record<string, Uint8Array | Int32Array>,
    at: number,
  ) => {
    const scalar = parts.lora && { strength: Float32Array.of(at) };
    const { embeds } = await program.step({ ...inputs, ...scalar });
    return embeds!.data as Float32Array;
  };
  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(() => {
      if (disposed) throw new Error("encoder: used after dispose()");
      return work();
    });

  return {
    dimension,
    imageSize: side,
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
      const bytes = side * side * 3;
      if (pixels.length !== n * bytes) {
        throw new UserError(
          `encodeImages: got ${pixels.length} bytes for ${n} pictures; [${n}, ${side}, ${side}, 3] needs ${n * bytes}.`,
        );
      }
      const at = strength;
      return guarded(async () => {
        const result = new Float32Array(n * dimension);
        for (const { start, count, size } of splitBatches(n, batchSizes)) {
          const padded = new Uint8Array(size * bytes);
          padded.set(pixels.subarray(start * bytes, (start + count) * bytes));
          const embeds = await run(await programs.images(size), { pixels: padded }, at);
          result.set(embeds.subarray(0, count * dimension), start * dimension);
        }
        return result;
      });
    },
    encodeTexts(texts) {
      const at = strength;
      return guarded(async () => {
        const result = new Float32Array(texts.length * dimension);
        for (const [length, group] of groupByLength(model, texts)) {
          for (const { start, count, size } of splitBatches(group.length, batchSizes)) {
            const rows = group.slice(start, start + count);
            const ids = new Int32Array(size * length);
            const ends = new Int32Array(size);
            for (const [i, row] of rows.entries()) {
              ids.set(row.ids, i * length);
              ends[i] = row.end;
            }
            const embeds = await run(await programs.texts(size, length), { ids, ends }, at);
            for (const [i, { index }] of rows.entries()) {
              result.set(embeds.subarray(i * dimension, (i + 1) * dimension), index * dimension);
            }
          }
        }
        return result;
      });
    },
    setStrength(value) {
      strength = checkStrength(value);
    },
    setAdapter(next) {
      return guarded(async () => {
        checkAdapter("The adapter", next, model.config);
        if (!parts.lora)
          throw new UserError("This encoder was made without an adapter; make another.");
        await parts.lora.state.write(next.weights);
        adapter = next;
      });
    },
    dispose() {
      return inTurn(async () => {
        if (disposed) return;
        disposed = true;
        await programs.dispose();
        parts.lora?.state.dispose();
        parts.weights.dispose();
      });
    },
  };
}
