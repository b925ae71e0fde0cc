import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { endPositions, parseConfig, readSafetensors } from "@cliptune/clip";
import type { Arrays, Data, NdArray } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

/** Reference values made with PyTorch, transformers and PEFT; see test/fixtures/golden. */
export const golden = (path: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/golden/${path}`, import.meta.url));

/** `[B, 3, H, W]` as PyTorch keeps pictures → `[B, H, W, 3]`. */
function channelsLast({ data, shape }: NdArray): NdArray {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const moved = new Float32Array(data.length);
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < area; i++) {
        moved[(b * area + i) * channels + c] = data[(b * channels + c) * area + i]!;
      }
    }
  }
  return { dtype: "float32", shape: [batch, height, width, channels], data: moved };
}

export async function loadGolden() {
  const config = parseConfig(JSON.parse(await readFile(golden("tiny/model/config.json"), "utf8")));
  const weights = (await readSafetensors(golden("tiny/model/model.safetensors"))).tensors;
  const expected = (await readSafetensors(golden("tiny/io.safetensors"))).tensors;
  const ids = expected["input_ids"]!;
  const [rows, length] = ids.shape as [number, number];
  const { eosTokenId } = config.text;
  const ends = endPositions(ids.data, { rows, length, eosTokenId });
  const batch: Arrays = {
    pixels: channelsLast(expected["pixel_values"]!),
    ids,
    mask: expected["attention_mask"]!,
    ends: { dtype: "int32", shape: [rows], data: ends },
  };
  return { config, weights, expected, batch };
}

export const specsOf = (arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([k, { dtype, shape }]) => [k, { dtype, shape }]));

export const dataOf = (arrays: Arrays): Record<string, Data> =>
  Object.fromEntries(Object.entries(arrays).map(([k, { data }]) => [k, data]));

/** Symmetric cross-entropy of square logits, as transformers' `clip_loss`. */
export function clipLoss(logits: tf.Tensor): tf.Scalar {
  const side = (l: tf.Tensor): tf.Tensor => {
    const eye = tf.eye(l.shape[0]!);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(l), eye), -1)));
  };
  return tf.div(tf.add(side(logits), side(tf.transpose(logits))), 2) as tf.Scalar;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length} differ`);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}
