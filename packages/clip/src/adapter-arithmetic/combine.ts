import { type Arrays, type NdArray, UserError } from "@cliptune/engine";
import type { Adapter } from "../adapter.js";
import type { LoraConfig } from "../lora-config.js";
import { siteScale } from "../lora-sites.js";
import { type LowRank, lowRankSvd, toArray } from "../low-rank.js";
import { otherWeights } from "../merge.js";

export interface WeightedAdapter {
  readonly adapter: Adapter;
  readonly weight: number;
}

/** PEFT's names: `cat` is exact and its rank the sum, `svd` the nearest of a rank, `linear` mixes the factors. */
export type CombinationType = "cat" | "svd" | "linear";

export interface CombineOptions {
  readonly type: CombinationType;
  /** Of the result, with `svd`; the largest of the parts' ranks unless given. */
  readonly rank?: number;
}

type Factors = Readonly<Record<"a" | "b", NdArray>>;

/**
 * One adapter whose effect is the weighted sum of the parts' effects, as PEFT's `add_weighted_adapter`
 * makes it. Its scale is 1 everywhere (alpha = rank); a layer that only some parts adapt gets those.
 *
 * - `cat`: B = [w₁s₁B₁ …], A = [A₁; …]: exact
 * - `svd`: the sum's largest singular values, √σ in each factor: the nearest in Frobenius norm
 * - `linear`: A = Σ √(|w|s) A, B = Σ ±√(|w|s) B: cheap, adds cross terms, ranks must be equal
 *
 * A temperature is kept when all parts have the same one.
 *
 * @throws UserError for parts that adapt one layer in different shapes, or with `linear` in different ranks
 */
export function combineAdapters(
  parts: readonly WeightedAdapter[],
  { type, rank }: CombineOptions,
): Adapter {
  const first = parts[0];
  if (!first) throw new UserError("There is nothing to add; name at least one adapter.");
  for (const { adapter } of parts) checkLowRank(adapter);
  const paths = [...new Set(parts.flatMap(({ adapter }) => adaptedPaths(adapter)))];
  const weights: Record<string, NdArray> = {};
  const ranks: Record<string, number> = {};
  for (const path of paths) {
    const terms = parts.flatMap((part) => term(part, path));
    checkShapes(path, terms);
    const { a, b } = combined({ path, terms }, type, rank);
    weights[`${path}.lora_A.weight`] = a;
    weights[`${path}.lora_B.weight`] = b;
    ranks[path] = a.shape[0]!;
  }
  const { logitScale } = first.adapter;
  const same = parts.every(({ adapter }) => adapter.logitScale === logitScale);
  return {
    config: configOf(ranks),
    weights,
    ...(same && logitScale !== undefined ? { logitScale } : {}),
  };
}

/** The adapter with its whole effect multiplied: `lora_B` is, alpha stays. Any sign. */
export function scaleAdapter(adapter: Adapter, factor: number): Adapter {
  checkLowRank(adapter);
  const weights: Arrays = Object.fromEntries(
    Object.entries(adapter.weights).map(([key, array]) => [
      key,
      key.endsWith(".lora_B.weight") ? scaled(array, factor) : array,
    ]),
  );
  return { ...adapter, weights };
}

function checkLowRank(adapter: Adapter): void {
  const other = otherWeights(adapter)[0];
  if (other === undefined) return;
  throw new UserError(
    `The adapter holds ${other} beside its low-rank matrices (DoRA, biases or modules saved whole), which cannot be added or multiplied; merge it into its model instead.`,
  );
}

const suffix = ".lora_A.weight";

/** Module paths that an adapter changes, in its own order. */
export function adaptedPaths({ weights }: Adapter): string[] {
  return Object.keys(weights).flatMap((key) =>
    key.endsWith(suffix) ? [key.slice(0, -suffix.length)] : [],
  );
}

/** The weighted effect on one layer: one term, or none where the adapter leaves it alone. */
export function term({ adapter, weight }: WeightedAdapter, path: string): LowRank[] {
  const a = adapter.weights[`${path}${suffix}`];
  const b = adapter.weights[`${path}.lora_B.weight`];
  return a && b ? [{ a, b, scale: weight * siteScale(path, adapter.config).scale }] : [];
}

function combined(
  { path, terms }: { readonly path: string; readonly terms: readonly LowRank[] },
  type: CombinationType,
  rank?: number,
): Factors {
  switch (type) {
    case "cat":
      return concatenated(terms);
    case "linear":
      return mixed(path, terms);
    case "svd":
      return nearest(terms, rank ?? Math.max(...terms.map(({ a }) => a.shape[0]!)));
  }
}

function concatenated(terms: readonly LowRank[]): Factors {
  const rank = terms.reduce((sum, { a }) => sum + a.shape[0]!, 0);
  const [width, rows] = [terms[0]!.a.shape[1]!, terms[0]!.b.shape[0]!];
  const a = new Float32Array(rank * width);
  const b = new Float32Array(rows * rank);
  let from = 0;
  for (const each of terms) {
    const own = each.a.shape[0]!;
    a.set(each.a.data as Float32Array, from * width);
    for (let row = 0; row < rows; row++) {
      for (let r = 0; r < own; r++) {
        b[row * rank + from + r] = each.scale * each.b.data[row * own + r]!;
      }
    }
    from += own;
  }
  return {
    a: { dtype: "float32", shape: [rank, width], data: a },
    b: { dtype: "float32", shape: [rows, rank], data: b },
  };
}

function mixed(path: string, terms: readonly LowRank[]): Factors {
  const ranks = terms.map(({ a }) => a.shape[0]!);
  if (ranks.some((rank) => rank !== ranks[0])) {
    throw new UserError(
      `The adapters have the ranks ${ranks.join(" and ")} at ${path}; linear needs equal ones. Take cat, which is exact, or svd.`,
    );
  }
  const sum = (arrays: readonly NdArray[], factors: readonly number[]): NdArray => {
    const data = new Float32Array(arrays[0]!.data.length);
    for (const [n, array] of arrays.entries()) {
      for (let i = 0; i < data.length; i++) data[i]! += factors[n]! * array.data[i]!;
    }
    return { dtype: "float32", shape: arrays[0]!.shape, data };
  };
  const roots = terms.map(({ scale }) => Math.sqrt(Math.abs(scale)));
  return {
    a: sum(
      terms.map(({ a }) => a),
      roots,
    ),
    b: sum(
      terms.map(({ b }) => b),
      roots.map((root, n) => root * Math.sign(terms[n]!.scale)),
    ),
  };
}

function nearest(terms: readonly LowRank[], rank: number): Factors {
  const { u, values, v } = lowRankSvd(terms);
  const kept = Math.min(rank, values.length);
  const factor = (of: typeof u) => {
    const columns = of.subMatrix(0, of.rows - 1, 0, kept - 1);
    for (let r = 0; r < kept; r++) columns.mulColumn(r, Math.sqrt(values[r]!));
    return columns;
  };
  return { a: toArray(factor(v).transpose()), b: toArray(factor(u)) };
}

function checkShapes(path: string, terms: readonly LowRank[]): void {
  const shapes = terms.map(({ a, b }) => `${b.shape[0]}×${a.shape[1]}`);
  const other = shapes.find((shape) => shape !== shapes[0]);
  if (other === undefined) return;
  throw new UserError(
    `The adapters are for different models: ${path} is ${shapes[0]} in one and ${other} in another.`,
  );
}

/** Layers by their whole paths; alpha = rank, so that every scale is 1. */
function configOf(ranks: Readonly<Record<string, number>>): LoraConfig {
  const all = Object.values(ranks);
  const most = Math.max(...all);
  const odd = Object.fromEntries(
    Object.entries(ranks)
      .filter(([, rank]) => rank !== most)
      .map(([path, rank]) => [path.replaceAll(".", "\\."), rank]),
  );
  return {
    rank: most,
    alpha: most,
    dropout: 0,
    targets: Object.keys(ranks),
    rankPattern: odd,
    alphaPattern: odd,
  };
}

function scaled({ shape, data }: NdArray, factor: number): NdArray {
  return { dtype: "float32", shape, data: Float32Array.from(data, (value) => factor * value) };
}
