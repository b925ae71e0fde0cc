import { imageTower, normalizePixels, textTower, unitNorm } from "@cliptune/clip";
import type { Engine, Program, ProgramDefinition, ProgramValues } from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import { averagesOf } from "./averages.js";
import { networkOf, type Trainable } from "./trainable.js";

/** What evaluation asks of a model; `Encoder` of @cliptune/clip is one. */
export interface PairEncoder {
  /** `[n, S, S, 3]` bytes → `[n, D]`, unit norm. */
  encodeImages(pixels: Uint8Array, n: number): Promise<Float32Array>;
  /** → `[n, D]`, unit norm. */
  encodeTexts(texts: readonly string[]): Promise<Float32Array>;
}

export interface EmbedderOptions {
  readonly batchSize: number;
  /** Multiplier on the adapter. */
  readonly strength: number;
  /** Encode with the averages of the parameters, not with the parameters. */
  readonly averaged?: boolean;
}

/** Encodes with the weights as they are on the engine now, so that evaluating copies nothing back. */
export function createEmbedder(
  engine: Engine,
  trainable: Trainable,
  { batchSize, strength, averaged = false }: EmbedderOptions,
): PairEncoder & { dispose(): Promise<void> } {
  const { model } = trainable;
  const size = model.config.vision.imageSize;
  const dimension = model.config.projectionDim;
  const factor = Float32Array.of(strength);
  const programs = new Map<string, Promise<Program>>();
  const program = (definition: ProgramDefinition): Promise<Program> => {
    const made = programs.get(definition.name) ?? engine.compile(definition);
    programs.set(definition.name, made);
    return made;
  };
  return {
    async encodeImages(pixels, n) {
      const images = await program(imageProgram(trainable, { batch: batchSize, averaged }));
      const row = size * size * 3;
      return inBatches({ n, batchSize, dimension }, (start, count) => {
        const padded = new Uint8Array(batchSize * row);
        padded.set(pixels.subarray(start * row, (start + count) * row));
        return images.step({ pixels: padded, strength: factor });
      });
    },
    async encodeTexts(texts) {
      const { ids, ends, length } = model.tokenizer.encode(texts);
      const encode = await program(textProgram(trainable, { batch: batchSize, averaged, length }));
      return inBatches({ n: texts.length, batchSize, dimension }, (start, count) => {
        const paddedIds = new Int32Array(batchSize * length);
        const paddedEnds = new Int32Array(batchSize);
        paddedIds.set(ids.subarray(start * length, (start + count) * length));
        paddedEnds.set(ends.subarray(start, start + count));
        return encode.step({ ids: paddedIds, ends: paddedEnds, strength: factor });
      });
    },
    async dispose() {
      for (const made of programs.values()) {
        const program = await made.catch(() => undefined); // its fault was thrown where it was used
        await program?.dispose();
      }
    },
  };
}

/** Programs have one batch size: the last batch is filled up with zeros whose results are dropped. */
async function inBatches(
  { n, batchSize, dimension }: { n: number; batchSize: number; dimension: number },
  run: (start: number, count: number) => ReturnType<Program["step"]>,
): Promise<Float32Array> {
  const result = new Float32Array(n * dimension);
  for (let start = 0; start < n; start += batchSize) {
    const count = Math.min(batchSize, n - start);
    const { embeds } = await run(start, count);
    const rows = (embeds!.data as Float32Array).subarray(0, count * dimension);
    result.set(rows, start * dimension);
  }
  return result;
}

interface Encoding {
  readonly batch: number;
  readonly averaged: boolean;
}

const trainedIn = ({ names }: Trainable, { state }: ProgramValues, averaged: boolean) =>
  averaged ? { trained: averagesOf(names, state) } : {};

function imageProgram(trainable: Trainable, { batch, averaged }: Encoding): ProgramDefinition {
  const { model } = trainable;
  const size = model.config.vision.imageSize;
  return {
    ...parameters(trainable),
    name: "evaluate-images",
    inputs: {
      pixels: { dtype: "uint8", shape: [batch, size, size, 3] },
      strength: { dtype: "float32", shape: [] },
    },
    run: (values) => {
      const net = networkOf(trainable, values, {
        strength: values.inputs["strength"] as tf.Scalar,
        ...trainedIn(trainable, values, averaged),
      });
      const pixels = normalizePixels(values.inputs["pixels"]!, model.preprocessing);
      return { outputs: { embeds: unitNorm(imageTower(net, pixels)) } };
    },
  };
}

function textProgram(
  trainable: Trainable,
  { batch, averaged, length }: Encoding & { readonly length: number },
): ProgramDefinition {
  return {
    ...parameters(trainable),
    name: `evaluate-texts-${length}`,
    inputs: {
      ids: { dtype: "int32", shape: [batch, length] },
      ends: { dtype: "int32", shape: [batch] },
      strength: { dtype: "float32", shape: [] },
    },
    run: (values) => {
      const { ids, ends, strength } = values.inputs as Record<string, tf.Tensor>;
      const net = networkOf(trainable, values, {
        strength: strength as tf.Scalar,
        ...trainedIn(trainable, values, averaged),
      });
      const embeds = unitNorm(textTower(net, ids as tf.Tensor2D, ends as tf.Tensor1D));
      return { outputs: { embeds } };
    },
  };
}

const parameters = ({ constants, state }: Trainable) => ({
  ...(constants && { constants }),
  state,
});
