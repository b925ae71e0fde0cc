import * as tf from "@tensorflow/tfjs-core";

// tfjs's own gradient of tile (and of broadcastTo, which is one) adds a slice for each repetition: a class token for
// 1,024 pictures became 1,024 slices, which XLA fused into one kernel and compiled for minutes. It is one sum.
tf.registerGradient({
  kernelName: tf.Tile,
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attrs) => ({
    x: () => {
      const { reps } = attrs as unknown as tf.TileAttrs;
      // x of [d₀, d₁ …] repeated [r₀, r₁ …] times is [r₀, d₀, r₁, d₁ …], without the r that are 1.
      const axes = x!.shape.flatMap((size, axis) =>
        reps[axis] === 1
          ? [{ size, repeated: false }]
          : [
              { size: reps[axis]!, repeated: true },
              { size, repeated: false },
            ],
      );
      const apart = tf.reshape(
        dy as tf.Tensor,
        axes.map(({ size }) => size),
      );
      const repeated = axes.flatMap((axis, i) => (axis.repeated ? [i] : []));
      return tf.reshape(tf.sum(apart, repeated), x!.shape);
    },
  }),
});
