import type { Arrays } from "@cliptune/engine";
import type { Adapter } from "../adapter.js";
import { siteScale } from "../lora-sites.js";
import { lowRankSvd } from "../low-rank.js";
import { adaptedPaths, term } from "./combine.js";

/** What an adapter does to one layer. */
export interface LayerReport {
  readonly path: string;
  readonly rank: number;
  readonly alpha: number;
  readonly scale: number;
  /** Frobenius norm of the update ΔW = scale · B A. */
  readonly norm: number;
  /** That norm over the norm of the layer's own weight; undefined without the model. */
  readonly relativeNorm?: number;
  /** exp of the entropy of the singular values' shares: how many directions the update uses (Roy & Vetterli, 2007). */
  readonly effectiveRank: number;
}

/** @param base the weights that the adapter belongs to, for `relativeNorm` */
export function inspectAdapter(adapter: Adapter, base?: Arrays): LayerReport[] {
  return adaptedPaths(adapter).map((path) => {
    const { rank, alpha, scale } = siteScale(path, adapter.config);
    const { values } = lowRankSvd(term({ adapter, weight: 1 }, path));
    const norm = Math.hypot(...values);
    const weight = base?.[`${path}.weight`];
    return {
      path,
      rank,
      alpha,
      scale,
      norm,
      ...(weight ? { relativeNorm: norm / frobenius(weight.data) } : {}),
      effectiveRank: effectiveRank(values),
    };
  });
}

function effectiveRank(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum === 0) return 0;
  const shares = values.map((value) => value / sum).filter((share) => share > 0);
  return Math.exp(-shares.reduce((sum, share) => sum + share * Math.log(share), 0));
}

function frobenius(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return Math.sqrt(sum);
}
