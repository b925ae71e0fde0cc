import type * as tf from "@tensorflow/tfjs-core";

/** Throws unless the tensors, named by their keys, have one shape `[B, D]` with `B >= least`. */
export function assertPairs(where: string, named: Record<string, tf.Tensor>, least = 1): void {
  const [[firstName, first], ...rest] = Object.entries(named) as [[string, tf.Tensor]];
  if (first.rank !== 2 || first.shape[0]! < least) {
    throw new Error(
      `${where}: ${firstName} is ${show(first)}; it must be [B, D] with B of at least ${least}.`,
    );
  }
  for (const [name, tensor] of rest as [string, tf.Tensor][]) {
    if (show(tensor) !== show(first)) {
      throw new Error(
        `${where}: ${firstName} ${show(first)} and ${name} ${show(tensor)} must have the same shape.`,
      );
    }
  }
}

/** Throws unless `tensor` has exactly `shape`. */
export function assertShape(where: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (show(tensor) !== show({ shape })) {
    throw new Error(`${where} is ${show(tensor)}; it must be ${show({ shape })}.`);
  }
}

const show = ({ shape }: { readonly shape: readonly number[] }): string => `[${shape.join(", ")}]`;
