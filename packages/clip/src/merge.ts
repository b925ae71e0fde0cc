import { type Arrays, type NdArray, UserError } from "@cliptune/engine";
import type { Adapter } from "./adapter.js";
import { siteScale } from "./lora-sites.js";

const suffix = ".lora_A.weight";

/** `weight + scale · B A`, summed in double precision. */
function addProduct(weight: NdArray, a: NdArray, b: NdArray, scale: number): NdArray {
  const [rank, width] = a.shape as [number, number];
  const rows = b.shape[0]!;
  const result = new Float32Array(weight.data.length);
  const sum = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) sum[i] = weight.data[row * width + i]!;
    for (let r = 0; r < rank; r++) {
      const factor = scale * b.data[row * rank + r]!;
      for (let i = 0; i < width; i++) sum[i]! += factor * a.data[r * width + i]!;
    }
    result.set(sum, row * width);
  }
  return { dtype: "float32", shape: weight.shape, data: result };
}

/**
 * The model with the adapter in its weights: `W + strength · scale · B A` for every adapted layer. The
 * arrays of other layers are shared with `weights`, not copied; `logit_scale` is left as it is.
 *
 * @param strength multiplier on alpha / rank
 * @throws UserError when the adapter names a layer that the weights do not have
 */
export function mergeAdapter(weights: Arrays, adapter: Adapter, strength = 1): Arrays {
  const merged: Record<string, NdArray> = { ...weights };
  for (const [key, a] of Object.entries(adapter.weights)) {
    if (!key.endsWith(suffix)) continue;
    const path = key.slice(0, -suffix.length);
    const weight = weights[`${path}.weight`];
    const b = adapter.weights[`${path}.lora_B.weight`];
    if (!weight || !b || weight.shape[0] !== b.shape[0] || weight.shape[1] !== a.shape[1]) {
      throw new UserError(
        `The adapter does not fit the weights at ${path}; it is for another model.`,
      );
    }
    const { scale } = siteScale(path, adapter.config);
    merged[`${path}.weight`] = addProduct(weight, a, b, strength * scale);
  }
  return merged;
}

/** Takes a merged adapter out again; equal to the weights before up to float32 rounding. */
export function unmergeAdapter(weights: Arrays, adapter: Adapter, strength = 1): Arrays {
  return mergeAdapter(weights, adapter, -strength);
}
