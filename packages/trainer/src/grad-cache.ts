import type { ProgramDefinition, ProgramValues, Spec, Specs, Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import type { TrainConfig } from "./config.js";
import { besideOf, embedBatch, embedClasses, lossOf, pixelsOf } from "./forward.js";
import { gradientsOf } from "./gradients.js";
import { type Embedded, type Objective, objective } from "./objective.js";
import { batchGradients, termOutputs, trainedOf, update } from "./step.js";
import {
  type ClassShape,
  classInputs,
  lossInputs,
  optimizerInputs,
  type StepShape,
  towerInputs,
} from "./step-inputs.js";
import { gradientPrefix, type Trainable } from "./trainable.js";

/** Parameters that the loss takes itself, past the embeddings. */
const ofLoss: readonly string[] = ["logit_scale", "logit_bias"];

type Named = Readonly<Record<string, tf.Tensor>>;

/** Names of a batch's embeddings in programs' inputs and outputs. */
const flat = ({ image, text, views, texts, classes }: Embedded): Record<string, tf.Tensor2D> => ({
  image,
  text,
  ...(classes && { classes }),
  ...(views && { view0: views[0], view1: views[1] }),
  ...(texts && { texts }),
});

const nested = ({ image, text, view0, view1, texts, classes }: Named): Embedded =>
  ({
    ...{ image, text },
    ...(classes && { classes }),
    ...(view0 && { views: [view0, view1] }),
    ...(texts && { texts }),
  }) as unknown as Embedded;

const rows = (count: number, dimension: number): Spec => ({
  dtype: "float32",
  shape: [count, dimension],
});

/** Shapes of the embeddings that a loss asks for; those of classes where the shape has them. */
export function embeddingSpecs(
  { batchSize, dimension, classes }: StepShape,
  config: Pick<TrainConfig, "loss">,
): Specs {
  const { needs } = lossOf(config);
  const names = [
    ...["image", "text"],
    ...(needs.views ? ["view0", "view1"] : []),
    ...(needs.texts ? ["texts"] : []),
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, rows(batchSize, dimension)])),
    ...(classes && { classes: rows(classes.count, dimension) }),
  };
}

const held = ({ constants, state }: Trainable) => ({ ...(constants && { constants }), state });

/** Adds gradients to those gathered since the last update. */
function gathered(values: ProgramValues, grads: Named, share: number): Tensors {
  return Object.fromEntries(
    Object.entries(grads).map(([name, grad]) => {
      const key = `${gradientPrefix}${name}`;
      return [key, tf.add(values.state[key]!, share === 1 ? grad : tf.mul(grad, share))];
    }),
  );
}

/** A whole batch's gradients, gathered; for several batches an update. */
export function gatherStep(
  trainable: Trainable,
  config: TrainConfig,
  shape: StepShape,
): ProgramDefinition {
  const { needs } = lossOf(config);
  return {
    ...held(trainable),
    name: `gather-${shape.textLength}`,
    inputs: { ...towerInputs(shape, needs), ...lossInputs(shape, needs) },
    run: (values) => {
      const { loss, terms, grads } = batchGradients(trainable, values, config);
      return {
        outputs: { loss, ...terms },
        state: gathered(values, grads, 1 / config.accumulate),
      };
    },
  };
}

/**
 * GradCache's first pass: a micro-batch's embeddings, nothing kept for a gradient.
 *
 * @see https://arxiv.org/abs/2101.06983
 */
export function embedStep(
  trainable: Trainable,
  config: TrainConfig,
  shape: StepShape,
): ProgramDefinition {
  return {
    ...held(trainable),
    name: `embed-${shape.textLength}`,
    inputs: towerInputs(shape, lossOf(config).needs),
    run: (values) => {
      const trained = trainedOf(trainable, values);
      const pixels = pixelsOf(trainable, values.inputs);
      return { outputs: flat(embedBatch(trainable, values, pixels, { config, trained })) };
    },
  };
}

/** Its second: the loss of the whole batch, and the gradient at each embedding. */
export function contrastStep(
  trainable: Trainable,
  config: TrainConfig,
  shape: StepShape,
): ProgramDefinition {
  const { terms: wanted, needs } = lossOf(config);
  const embeddings = embeddingSpecs(shape, config);
  return {
    ...held(trainable),
    name: "contrast",
    inputs: { ...embeddings, ...lossInputs(shape, needs) },
    run: (values) => {
      const trained = trainedOf(trainable, values);
      const scalars = ofLoss.filter((name) => name in trained);
      const pick = (names: readonly string[], from: Named): Named =>
        Object.fromEntries(names.map((name) => [name, from[name]!]));
      const names = Object.keys(embeddings);
      let seen: Objective["terms"] = {};
      const { value, grads } = gradientsOf(
        (at) => {
          const beside = besideOf(values, { ...trained, ...pick(scalars, at) });
          const { loss, terms } = objective(nested(at), beside, wanted);
          seen = terms;
          return loss;
        },
        { ...pick(names, values.inputs), ...pick(scalars, trained) },
      );
      const slopes = names.map((name) => {
        const slope = grads[name] ?? tf.zerosLike(values.inputs[name]!);
        return [`slope.${name}`, tf.mul(slope, 1 / config.accumulate)];
      });
      const ofScalars = pick(
        scalars.filter((name) => grads[name]),
        grads,
      );
      return {
        outputs: { loss: value, ...termOutputs(seen), ...Object.fromEntries(slopes) },
        state: gathered(values, ofScalars, 1 / config.accumulate),
      };
    },
  };
}

/** Its third: a micro-batch once more, and its share of the parameters' gradients. */
export function backwardStep(
  trainable: Trainable,
  config: TrainConfig,
  shape: StepShape,
): ProgramDefinition {
  const names = Object.keys(embeddingSpecs(shape, config));
  const slopes = Object.entries(embeddingSpecs(shape, config));
  return {
    ...held(trainable),
    name: `backward-${shape.textLength}`,
    inputs: {
      ...towerInputs(shape, lossOf(config).needs),
      ...Object.fromEntries(slopes.map(([name, spec]) => [`slope.${name}`, spec])),
    },
    run: (values) => {
      const pixels = pixelsOf(trainable, values.inputs);
      const { grads } = gradientsOf(
        (trained) => {
          const embedded = flat(embedBatch(trainable, values, pixels, { config, trained }));
          const parts = names.map((name) =>
            tf.sum(tf.mul(embedded[name]!, values.inputs[`slope.${name}`]!)),
          );
          return parts.reduce((sum, part) => tf.add(sum, part)) as tf.Scalar;
        },
        trainedOf(trainable, values),
      );
      return { outputs: {}, state: gathered(values, grads, 1) };
    },
  };
}

/** The first and the third pass over prompts of classes, which are no rows of the batch. */
export function embedClassesStep(
  trainable: Trainable,
  config: TrainConfig,
  classes: ClassShape,
): ProgramDefinition {
  return {
    ...held(trainable),
    name: `embed-classes-${classes.count}`,
    inputs: classInputs(classes),
    run: (values) => {
      const trained = trainedOf(trainable, values);
      return { outputs: { classes: embedClasses(trainable, values, { config, trained }) } };
    },
  };
}

export function backwardClassesStep(
  trainable: Trainable,
  config: TrainConfig,
  classes: ClassShape,
): ProgramDefinition {
  const { projectionDim } = trainable.model.config;
  return {
    ...held(trainable),
    name: `backward-classes-${classes.count}`,
    inputs: { ...classInputs(classes), "slope.classes": rows(classes.count, projectionDim) },
    run: (values) => {
      const { grads } = gradientsOf(
        (trained) => {
          const embedded = embedClasses(trainable, values, { config, trained });
          return tf.sum(tf.mul(embedded, values.inputs["slope.classes"]!)) as tf.Scalar;
        },
        trainedOf(trainable, values),
      );
      return { outputs: {}, state: gathered(values, grads, 1) };
    },
  };
}

/** One step of the optimizer by the gathered gradients, which begin anew. */
export function updateStep(trainable: Trainable, config: TrainConfig): ProgramDefinition {
  return {
    state: trainable.state,
    name: "update",
    inputs: optimizerInputs(config),
    run: (values) => {
      const keys = trainable.names.map((name) => [name, `${gradientPrefix}${name}`] as const);
      const grads = Object.fromEntries(keys.map(([name, key]) => [name, values.state[key]!]));
      const { next, gradNorm } = update(trainable, values, grads, config);
      const cleared = keys.map(([, key]) => [key, tf.zerosLike(values.state[key]!)]);
      return { outputs: { gradNorm }, state: { ...next, ...Object.fromEntries(cleared) } };
    },
  };
}
