import type { Arrays, State, Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

/** Names of the trained parameters' averages among the state. */
const prefix = "average.";

const averageName = (name: string): string => `${prefix}${name}`;

/** The averages begin at the parameters. */
export const initAverages = (trained: Arrays): Arrays =>
  Object.fromEntries(Object.entries(trained).map(([name, array]) => [averageName(name), array]));

/**
 * The decay of an exponential moving average after an update: less in the beginning, so that a short
 * run does not end with where it began: `min(decay, (1 + step) / (10 + step))`.
 *
 * @param step from 0
 */
export const averageDecay = (step: number, decay: number): number =>
  Math.min(decay, (1 + step) / (10 + step));

/**
 * `average ← decay · average + (1 − decay) · parameter`, by name.
 *
 * @param state with the averages of before
 * @param next the parameters after the update
 * @param decay `[]`
 * @see https://doi.org/10.1137/0330046 (Polyak & Juditsky 1992)
 */
export function updateAverages(
  names: readonly string[],
  { state, next, decay }: { state: Tensors; next: Tensors; decay: tf.Tensor },
): Record<string, tf.Tensor> {
  const share = tf.sub(1, decay);
  return Object.fromEntries(
    names.map((name) => {
      const old = state[averageName(name)]!;
      return [averageName(name), tf.add(old, tf.mul(share, tf.sub(next[name]!, old)))];
    }),
  );
}

/** The averages under the parameters' names. */
export const averagesOf = (names: readonly string[], state: Tensors): Tensors =>
  Object.fromEntries(names.map((name) => [name, state[averageName(name)]!]));

/** The averages under the parameters' names, on the host. */
export async function readAverages(state: State, names: readonly string[]): Promise<Arrays> {
  const found = await state.read(names.map(averageName));
  return Object.fromEntries(names.map((name) => [name, found[averageName(name)]!]));
}
