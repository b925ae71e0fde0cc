import type { Arrays, NdArray, Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The parameters of each decay group. AdamW runs over one flat vector a group: concatenate, update,
 * split. That keeps the graph at about two nodes a parameter instead of fifteen.
 */
type Group = "decayed" | "plain";
type Shaped = Readonly<Record<string, { readonly shape: readonly number[] }>>;
const groups: readonly Group[] = ["decayed", "plain"];

/** Decay pulls matrices towards 0; biases, norms and scalars are left alone. */
const groupOf = (shape: readonly number[]): Group => (shape.length >= 2 ? "decayed" : "plain");

const membersOf = (specs: Shaped, group: Group): string[] =>
  Object.keys(specs).filter((name) => groupOf(specs[name]!.shape) === group);

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export interface AdamWOptions {
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Greatest global gradient norm; 0 = no limit. */
  readonly clipNorm: number;
}

/** Zero moments for parameters of these shapes: `optimizer.<group>.first` and `.second`, flat. */
export function initMoments(specs: Shaped): Arrays {
  const moments: Record<string, NdArray> = {};
  for (const group of groups) {
    const size = membersOf(specs, group).reduce((n, name) => n + count(specs[name]!.shape), 0);
    if (size === 0) continue;
    for (const moment of ["first", "second"]) {
      const data = new Float32Array(size);
      moments[`optimizer.${group}.${moment}`] = { dtype: "float32", shape: [size], data };
    }
  }
  return moments;
}

export interface AdamWStep {
  readonly params: Tensors;
  readonly grads: Tensors;
  /** As made by `initMoments`. */
  readonly moments: Tensors;
  /** `[]` each; see `stepScalars`. */
  readonly learningRate: tf.Tensor;
  readonly correction1: tf.Tensor;
  readonly correction2: tf.Tensor;
}

/**
 * One AdamW step with decoupled weight decay and global-norm clipping.
 *
 * @returns the new parameters and moments under their names, and the norm `[]` before clipping
 * @see https://arxiv.org/abs/1711.05101
 */
export function adamW(
  step: AdamWStep,
  options: AdamWOptions,
): { readonly next: Record<string, tf.Tensor>; readonly gradNorm: tf.Tensor } {
  const flats = groups.map((group) => {
    const names = membersOf(step.params, group);
    return { group, names, gradient: names.length > 0 ? flatten(names, step.grads) : undefined };
  });
  const used = flats.flatMap(({ gradient, ...rest }) => (gradient ? [{ ...rest, gradient }] : []));
  const squares = used.map(({ gradient }) => tf.sum(tf.square(gradient)));
  const gradNorm = tf.sqrt(squares.reduce((a, b) => tf.add(a, b)));
  const next: Record<string, tf.Tensor> = {};
  for (const { group, names, gradient } of used) {
    const clipped = options.clipNorm > 0 ? limit(gradient, gradNorm, options.clipNorm) : gradient;
    Object.assign(next, updateGroup({ group, names, gradient: clipped }, step, options));
  }
  return { next, gradNorm };
}

const limit = (gradient: tf.Tensor, norm: tf.Tensor, most: number): tf.Tensor =>
  tf.mul(gradient, tf.minimum(tf.div(most, tf.add(norm, 1e-6)), 1));

function updateGroup(
  { group, names, gradient }: { group: Group; names: readonly string[]; gradient: tf.Tensor },
  { params, moments, learningRate, correction1, correction2 }: AdamWStep,
  { weightDecay, beta1, beta2, epsilon }: AdamWOptions,
): Record<string, tf.Tensor> {
  const [firstName, secondName] = [`optimizer.${group}.first`, `optimizer.${group}.second`];
  const decay = (old: tf.Tensor, now: tf.Tensor, beta: number) =>
    tf.add(tf.mul(old, beta), tf.mul(now, 1 - beta));
  const first = decay(moments[firstName]!, gradient, beta1);
  const second = decay(moments[secondName]!, tf.square(gradient), beta2);
  const spread = tf.add(tf.sqrt(tf.div(second, correction2)), epsilon);
  const direction = tf.div(tf.div(first, correction1), spread);
  const old = flatten(names, params);
  const pulled = group === "decayed" && weightDecay > 0 ? tf.mul(old, weightDecay) : undefined;
  const change = tf.mul(learningRate, pulled ? tf.add(direction, pulled) : direction);
  return {
    ...unflatten(names, tf.sub(old, change), params),
    [firstName]: first,
    [secondName]: second,
  };
}

const flatten = (names: readonly string[], tensors: Tensors): tf.Tensor => {
  const parts = names.map((name) => tf.reshape(tensors[name]!, [-1]) as tf.Tensor1D);
  return parts.length === 1 ? parts[0]! : tf.concat1d(parts);
};

function unflatten(
  names: readonly string[],
  flat: tf.Tensor,
  like: Tensors,
): Record<string, tf.Tensor> {
  let start = 0;
  return Object.fromEntries(
    names.map((name) => {
      const { shape, size } = like[name]!;
      const part = tf.slice(flat, [start], [size]);
      start += size;
      return [name, tf.reshape(part, shape)];
    }),
  );
}
