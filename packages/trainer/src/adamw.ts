import type { Arrays, NdArray, Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The parameters of each decay group. AdamW runs over one flat vector a group: concatenate, update,
 * split. That keeps the graph at about two nodes a parameter instead of fifteen.
 */
type Group = string;
type Shaped = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** How a parameter is updated. */
export interface ParameterRule {
  /** Multiplier on the learning rate. */
  readonly rate: number;
  /** Weight decay, where it is not the common one. */
  readonly decay?: number;
}

export type RuleOf = (name: string, shape: readonly number[]) => ParameterRule;

/** Decay pulls matrices towards 0; biases, norms and scalars are left alone. */
const usualRule: RuleOf = (_, shape) => (shape.length >= 2 ? { rate: 1 } : { rate: 1, decay: 0 });

/** Parameters that are updated alike are a group, named by what differs. */
const groupOf = ({ rate, decay }: ParameterRule): Group =>
  (decay === 0 ? "plain" : `decayed${decay === undefined ? "" : `(${decay})`}`) +
  (rate === 1 ? "" : `*${rate}`);

/** Names of the parameters of each group. */
function groupsOf(specs: Shaped, ruleOf: RuleOf): [group: Group, names: string[]][] {
  const groups = new Map<Group, string[]>([
    ["decayed", []],
    ["plain", []],
  ]);
  for (const [name, { shape }] of Object.entries(specs)) {
    const group = groupOf(ruleOf(name, shape));
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups].filter(([, names]) => names.length > 0);
}

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export interface AdamWOptions {
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Greatest global gradient norm; 0 = no limit. */
  readonly clipNorm: number;
  /** Decays what has two dimensions or more unless given; must be `initMoments`'s. */
  readonly ruleOf?: RuleOf;
}

/** Zero moments for parameters of these shapes: `optimizer.<group>.first` and `.second`, flat. */
export function initMoments(specs: Shaped, ruleOf: RuleOf = usualRule): Arrays {
  const moments: Record<string, NdArray> = {};
  for (const [group, names] of groupsOf(specs, ruleOf)) {
    const size = names.reduce((n, name) => n + count(specs[name]!.shape), 0);
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
  const used = groupsOf(step.params, options.ruleOf ?? usualRule).map(([group, names]) => ({
    ...{ group, names, gradient: flatten(names, step.grads) },
  }));
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
  { weightDecay, beta1, beta2, epsilon, ruleOf = usualRule }: AdamWOptions,
): Record<string, tf.Tensor> {
  const [firstName, secondName] = [`optimizer.${group}.first`, `optimizer.${group}.second`];
  const decay = (old: tf.Tensor, now: tf.Tensor, beta: number) =>
    tf.add(tf.mul(old, beta), tf.mul(now, 1 - beta));
  const first = decay(moments[firstName]!, gradient, beta1);
  const second = decay(moments[secondName]!, tf.square(gradient), beta2);
  const spread = tf.add(tf.sqrt(tf.div(second, correction2)), epsilon);
  const direction = tf.div(tf.div(first, correction1), spread);
  const old = flatten(names, params);
  const { rate, decay: own = weightDecay } = ruleOf(names[0]!, params[names[0]!]!.shape);
  const pulled = own > 0 ? tf.mul(old, own) : undefined;
  const ownRate = rate === 1 ? learningRate : tf.mul(learningRate, rate);
  const change = tf.mul(ownRate, pulled ? tf.add(direction, pulled) : direction);
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
