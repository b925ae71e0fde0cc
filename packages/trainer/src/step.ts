import type { ProgramDefinition, ProgramValues } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "./adamw.js";
import { updateAverages } from "./averages.js";
import type { TrainConfig } from "./config.js";
import { besideOf, embedBatch, lossOf, pixelsOf } from "./forward.js";
import { gradientsOf } from "./gradients.js";
import { type Objective, objective } from "./objective.js";
import { rulesOf } from "./parameter-rules.js";
import { lossInputs, optimizerInputs, type StepShape, towerInputs } from "./step-inputs.js";
import type { Trainable } from "./trainable.js";

/** Upper bound of the learnt `logit_scale`, as in CLIP: a temperature of at least 0.01. */
const mostLogScale = Math.log(100);

/**
 * The whole training step as one program: augment → towers → loss → gradients → clip → AdamW.
 * Its outputs are the scalars `loss` (before the update), `gradNorm` (before clipping) and `term.<name>`
 * for each term of the loss.
 */
export function trainStep(
  trainable: Trainable,
  config: TrainConfig,
  shape: StepShape,
): ProgramDefinition {
  const { constants, state } = trainable;
  const { needs } = lossOf(config);
  return {
    name: `train-step-${shape.textLength}`,
    ...(constants && { constants }),
    state,
    inputs: {
      ...towerInputs(shape, needs),
      ...lossInputs(shape, needs),
      ...optimizerInputs(config),
    },
    run: (values) => {
      const { loss, terms, grads } = batchGradients(trainable, values, config);
      const { next, gradNorm } = update(trainable, values, grads, config);
      return { outputs: { loss, gradNorm, ...terms }, state: next };
    },
  };
}

/** The loss of a batch, its terms as `term.<name>`, and its gradients. */
export function batchGradients(trainable: Trainable, values: ProgramValues, config: TrainConfig) {
  const { terms: wanted } = lossOf(config);
  const pixels = pixelsOf(trainable, values.inputs);
  let seen: Objective["terms"] = {};
  const { value: loss, grads } = gradientsOf(
    (trained) => {
      const embedded = embedBatch(trainable, values, pixels, { config, trained });
      const { loss, terms } = objective(embedded, besideOf(values, trained), wanted);
      seen = terms;
      return loss;
    },
    trainedOf(trainable, values),
  );
  return { loss, grads, terms: termOutputs(seen) };
}

/** The trained parameters by name. */
export const trainedOf = ({ names }: Trainable, { state }: Pick<ProgramValues, "state">) =>
  Object.fromEntries(names.map((name) => [name, state[name]!]));

/** Terms as a program's outputs; one alone is the loss itself. */
export const termOutputs = (terms: Objective["terms"]): Record<string, tf.Tensor> =>
  Object.keys(terms).length < 2
    ? {}
    : Object.fromEntries(Object.entries(terms).map(([name, value]) => [`term.${name}`, value]));

/** One step of the optimizer; a parameter without a gradient is only decayed. */
export function update(
  { names, model }: Trainable,
  { state, inputs }: ProgramValues,
  grads: Readonly<Record<string, tf.Tensor>>,
  { optimizer, ema }: Pick<TrainConfig, "optimizer" | "ema">,
) {
  const result = adamW(
    {
      params: Object.fromEntries(names.map((name) => [name, state[name]!])),
      grads: Object.fromEntries(
        names.map((name) => [name, grads[name] ?? tf.zerosLike(state[name]!)]),
      ),
      moments: state,
      learningRate: inputs["learningRate"]!,
      correction1: inputs["correction1"]!,
      correction2: inputs["correction2"]!,
    },
    { ...optimizer, ruleOf: rulesOf({ optimizer }, model.config) },
  );
  const scale = result.next["logit_scale"];
  if (scale) result.next["logit_scale"] = tf.minimum(tf.maximum(scale, 0), mostLogScale);
  const decay = inputs["averageDecay"];
  if (ema && decay) {
    Object.assign(result.next, updateAverages(names, { state, next: result.next, decay }));
  }
  return result;
}
