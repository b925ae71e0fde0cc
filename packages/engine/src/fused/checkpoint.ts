import * as tf from "@tensorflow/tfjs-core";
import { After, hasKernel, runKernel } from "./kernel-names.js";

/**
 * `fn(...inputs)` whose intermediate values are not kept for the backward pass but computed again in it: memory
 * for time. Around every block of a transformer, what is kept is each block's input.
 *
 * The recomputation reads its inputs through a barrier that waits for the incoming gradient; without it a compiled
 * program would see the same values computed twice, and keep them after all.
 *
 * @param fn pure; gradients flow to `inputs` only, not to tensors that it closes over
 * @see Chen et al., Training Deep Nets with Sublinear Memory Cost, https://arxiv.org/abs/1604.06174
 */
export function checkpoint(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor,
  ...inputs: tf.Tensor[]
): tf.Tensor {
  const forward = (...args: unknown[]) => {
    const save = args.pop() as tf.GradSaveFunc;
    const given = args as tf.Tensor[];
    save(given);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      withOwnTape(() =>
        tf.grads(fn)(
          saved.map((x) => after(x, dy)),
          dy,
        ),
      );
    return { value: fn(...given), gradFunc };
  };
  return tf.customGrad(forward as Parameters<typeof tf.customGrad>[0])(...inputs);
}

/** tfjs throws the tape of the gradient in progress away when another one ends: this gives it back. */
function withOwnTape<T>(body: () => T): T {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return body();
  } finally {
    state.activeTape = outer;
  }
}

/** x, once `when` is there; eagerly everything is computed in order, and this is x. */
function after(x: tf.Tensor, when: tf.Tensor): tf.Tensor {
  return hasKernel(After) ? runKernel(After, { x, when }) : x;
}
