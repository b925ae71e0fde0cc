import * as tf from "@tensorflow/tfjs-core";

let tail: Promise<unknown> = Promise.resolve();

/**
 * Runs `body` with `backend` as tfjs's current one. tfjs has one global backend, so callers queue;
 * the previous backend is restored before the next one starts.
 */
export function withBackend<T>(backend: string, body: () => T | Promise<T>): Promise<T> {
  const turn = tail.then(async () => {
    const previous = tf.engine().backendName;
    await tf.setBackend(backend);
    try {
      return await body();
    } finally {
      if (previous && previous !== backend) await tf.setBackend(previous);
    }
  });
  tail = turn.catch(() => undefined);
  return turn;
}
