import { access } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@cliptune/clip";
import type { Arrays } from "@cliptune/engine";
import { siglipBias } from "@cliptune/losses";
import { initAverages } from "./averages.js";
import { createEmbedder } from "./embedder.js";
import { encodePictures, prepareEvaluation } from "./evaluation-set.js";
import { kindOf, type Pair } from "./folder.js";
import type { LoopParts } from "./plan.js";
import type { RunDir } from "./run-dir.js";
import type { Sample } from "./sampler.js";
import { withSkipHint } from "./skipped.js";
import { frozenBase } from "./trainable.js";

/** The untuned base's unit-norm embeddings of everything that is trained on. */
export interface Teacher {
  /** → `[n, D]` */
  images(files: readonly string[]): Float32Array;
  /** → `[n, D]` */
  texts(captions: readonly string[]): Float32Array;
}

type BaseParts = Pick<LoopParts, "config" | "engine" | "trainable" | "data"> & {
  readonly run: Pick<RunDir, "dir" | "resumed">;
};

/**
 * Encodes each training picture, plainly preprocessed, and each caption once, with the untuned base. The
 * table is kept in the run directory, so that a resumed run has the same one at once.
 */
export async function openTeacher(parts: BaseParts): Promise<Teacher> {
  const pairs = parts.data.train.flatMap((set) => set.pairs);
  const byFile = [...new Map(pairs.map((pair) => [pair.file, pair])).values()];
  const captions = [...new Set(pairs.flatMap((pair) => pair.captions))];
  const path = join(parts.run.dir, "teacher.safetensors");
  const known = parts.run.resumed ? await readTable(path, [byFile.length, captions.length]) : null;
  const table = known ?? (await encodeBase(parts, byFile, captions));
  if (!known) await writeSafetensors(path, table);
  return {
    images: lookup(
      table["image"]!.data as Float32Array,
      byFile.map(({ file }) => file),
    ),
    texts: lookup(table["text"]!.data as Float32Array, captions),
  };
}

async function readTable(path: string, rows: readonly number[]): Promise<Arrays | null> {
  const found = await access(path).then(
    () => true,
    () => false,
  );
  if (!found) return null;
  const { tensors } = await readSafetensors(path);
  const fits = ["image", "text"].every((name, i) => tensors[name]?.shape[0] === rows[i]);
  return fits ? tensors : null;
}

function lookup(data: Float32Array, keys: readonly string[]) {
  const rowOf = new Map(keys.map((key, row) => [key, row]));
  const width = data.length / keys.length;
  return (wanted: readonly string[]): Float32Array => {
    const rows = new Float32Array(wanted.length * width);
    for (const [i, key] of wanted.entries()) {
      const row = rowOf.get(key)!;
      rows.set(data.subarray(row * width, (row + 1) * width), i * width);
    }
    return rows;
  };
}

/** @returns `image` `[n, D]`, zeros for a broken picture that training skips, and `text` `[m, D]` */
async function encodeBase(
  { config, engine, trainable }: Pick<LoopParts, "config" | "engine" | "trainable">,
  pairs: readonly Pair[],
  captions: readonly string[],
): Promise<Arrays> {
  const base = frozenBase(engine, trainable);
  const { batchSize } = config.evaluate;
  const embedder = createEmbedder(engine, base, { batchSize, strength: 0 });
  const { preprocessing, config: shape } = trainable.model;
  const skip = config.data.onError === "skip";
  const onSkip = skip ? () => undefined : undefined; // training itself tells of it
  const set = prepareEvaluation(pairs, { preprocessing, onSkip });
  const image = new Float32Array(pairs.length * shape.projectionDim);
  try {
    const { rows, pairs: whole } = await encodePictures(embedder, set).catch((error: unknown) => {
      throw skip ? error : withSkipHint(error);
    });
    const rowOf = new Map(whole.map((pair, row) => [pair, row * shape.projectionDim]));
    for (const [i, pair] of pairs.entries()) {
      const from = rowOf.get(pair);
      if (from === undefined) continue;
      image.set(rows.data.subarray(from, from + shape.projectionDim), i * shape.projectionDim);
    }
    const text = await embedder.encodeTexts(captions);
    const array = (data: Float32Array, rows: number) =>
      ({ dtype: "float32", shape: [rows, shape.projectionDim], data }) as const;
    return { image: array(image, pairs.length), text: array(text, captions.length) };
  } finally {
    await embedder.dispose();
    if (base.constants !== trainable.constants) base.constants?.dispose();
    base.state.dispose();
  }
}

/** Puts SigLIP's bias where it is best for the untuned model on the first batch. */
export async function initBias(parts: BaseParts, samples: readonly Sample[]): Promise<void> {
  const { trainable } = parts;
  const pairs = samples.map(({ pair }) => pair);
  const captions = pairs.map(({ captions }) => captions[0]!);
  const { image, text } = await encodeBase(parts, pairs, captions);
  const scale = Math.exp(Number(trainable.model.weights["logit_scale"]!.data[0]));
  const width = image!.shape[1]!;
  const logits = new Float64Array(pairs.length ** 2);
  const kinds = pairs.map((pair) => kindOf(pair, parts.config.data.positives));
  let positives = 0;
  for (let i = 0; i < pairs.length; i++) {
    for (let j = 0; j < pairs.length; j++) {
      let product = 0;
      for (let d = 0; d < width; d++) {
        product += image!.data[i * width + d]! * text!.data[j * width + d]!;
      }
      logits[i * pairs.length + j] = scale * product;
      if (kinds[i] === kinds[j]) positives++;
    }
  }
  const bias = positives < logits.length ? siglipBias(logits, positives) : 0;
  const data = Float32Array.of(bias);
  const start = { logit_bias: { dtype: "float32", shape: [], data } } as const;
  await trainable.state.write({ ...start, ...(parts.config.ema && initAverages(start)) });
}
