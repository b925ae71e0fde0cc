import { type Arrays, type NdArray, UserError } from "@cliptune/engine";
import type { Adapter } from "./adapter.js";
import { siteScale } from "./lora-sites.js";

const suffix = ".lora_A.weight";

interface Update {
  readonly a: NdArray;
  readonly b: NdArray;
  readonly scale: number;
  /** DoRA's. */
  readonly magnitude: NdArray | undefined;
}

/** Names of what an adapter holds beside low-rank matrices. */
export const otherWeights = ({ weights }: Adapter): string[] =>
  Object.keys(weights).filter((key) => !/\.lora_[AB]\.weight$/.test(key));

/** `weight + strength · scale · B A`, or as far towards DoRA's weight, summed in double precision. */
function addUpdate(weight: NdArray, { a, b, scale, magnitude }: Update, strength: number): NdArray {
  const [rank, width] = a.shape as [number, number];
  const rows = b.shape[0]!;
  const result = new Float32Array(weight.data.length);
  const sum = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) sum[i] = weight.data[row * width + i]!;
    for (let r = 0; r < rank; r++) {
      const factor = (magnitude ? scale : strength * scale) * b.data[row * rank + r]!;
      for (let i = 0; i < width; i++) sum[i]! += factor * a.data[r * width + i]!;
    }
    if (magnitude) {
      const ratio = magnitude.data[row]! / Math.hypot(...sum);
      for (let i = 0; i < width; i++) {
        const own = weight.data[row * width + i]!;
        sum[i] = own + strength * (ratio * sum[i]! - own);
      }
    }
    result.set(sum, row * width);
  }
  return { dtype: "float32", shape: weight.shape, data: result };
}

/**
 * The model with the adapter in its weights: `W + strength · scale · B A` for every adapted layer, and
 * as far from the old towards the new for those that it replaces. The arrays of other layers are shared
 * with `weights`, not copied; `logit_scale` is left as it is.
 *
 * @param strength multiplier on alpha / rank
 * @throws UserError when the adapter names a layer that the weights do not have
 */
export function mergeAdapter(weights: Arrays, adapter: Adapter, strength = 1): Arrays {
  const merged: Record<string, NdArray> = { ...weights };
  for (const [key, a] of Object.entries(adapter.weights)) {
    if (!key.endsWith(suffix)) {
      const own = weights[key];
      if (own) merged[key] = mixed(own, a, strength);
      continue;
    }
    const path = key.slice(0, -suffix.length);
    const weight = weights[`${path}.weight`];
    const b = adapter.weights[`${path}.lora_B.weight`];
    if (!weight || !b || weight.shape[0] !== b.shape[0] || weight.shape[1] !== a.shape[1]) {
      throw new UserError(
        `The adapter does not fit the weights at ${path}; it is for another model.`,
      );
    }
    const { scale } = siteScale(path, adapter.config);
    const magnitude = adapter.weights[`${path}.lora_magnitude_vector`];
    merged[`${path}.weight`] = addUpdate(weight, { a, b, scale, magnitude }, strength);
  }
  return merged;
}

function mixed(own: NdArray, trained: NdArray, strength: number): NdArray {
  const data = Float32Array.from(own.data, (w, i) => w + strength * (trained.data[i]! - w));
  return { dtype: "float32", shape: own.shape, data };
}

/**
 * Takes a merged adapter out again; equal to the weights before up to float32 rounding.
 *
 * @throws UserError for an adapter that is no sum (DoRA, biases, modules saved whole): keep the base instead
 */
export function unmergeAdapter(weights: Arrays, adapter: Adapter, strength = 1): Arrays {
  const other = otherWeights(adapter)[0];
  if (other) {
    throw new UserError(
      `The adapter holds ${other} beside its low-rank matrices, so it cannot be taken out again; load the base model instead.`,
    );
  }
  return mergeAdapter(weights, adapter, -strength);
}
