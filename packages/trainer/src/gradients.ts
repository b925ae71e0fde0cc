import * as tf from "@tensorflow/tfjs-core";

/** A value and its gradient with respect to each named tensor; none where the value does not depend on it. */
export interface Gradients {
  readonly value: tf.Scalar;
  readonly grads: Readonly<Record<string, tf.Tensor>>;
}

/**
 * `tf.valueAndGrads` by name. Unlike it, parameters that the value does not depend on (the temperature,
 * under a loss without one) are no error: they have no gradient.
 */
export function gradientsOf(
  f: (named: Readonly<Record<string, tf.Tensor>>) => tf.Scalar,
  at: Readonly<Record<string, tf.Tensor>>,
): Gradients {
  const names = Object.keys(at);
  const run = (...given: tf.Tensor[]) => f(Object.fromEntries(names.map((n, i) => [n, given[i]!])));
  const xs = names.map((name) => at[name]!);
  const { value, grads } = tf.engine().gradients(() => run(...xs), xs, undefined, true);
  return {
    value: value as tf.Scalar,
    grads: Object.fromEntries(names.flatMap((name, i) => (grads[i] ? [[name, grads[i]]] : []))),
  };
}
