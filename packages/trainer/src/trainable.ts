import {
  adapterScales,
  type ClipModel,
  initLora,
  initMagnitudes,
  type LoraConfig,
  type Network,
  pissaStart,
} from "@cliptune/clip";
import type {
  Arrays,
  Constants,
  Engine,
  NdArray,
  ProgramValues,
  State,
  Tensors,
} from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { initMoments } from "./adamw.js";
import { initAverages } from "./averages.js";
import type { TrainConfig } from "./config.js";
import { lossNeeds, lossTerms } from "./loss-config.js";
import { rulesOf } from "./parameter-rules.js";
import { type Tuning, tuningOf } from "./tuning.js";

/** A model on an engine, split into what is frozen and what is trained. */
export interface Trainable {
  readonly model: ClipModel;
  readonly tuning: Tuning;
  /** Undefined when every weight is in the state. */
  readonly constants?: Constants;
  /** Trained parameters under their own names, the optimizer's moments, and the averages of `ema`. */
  readonly state: State;
  /** Names of the trained parameters. */
  readonly names: readonly string[];
  readonly lora?: TrainableLora;
}

export interface TrainableLora {
  readonly config: LoraConfig;
  readonly scales: Readonly<Record<string, number>>;
  /** What PiSSA began at: the adapter's effect is what differs from it. */
  readonly start?: Arrays;
}

/** Names of gradients that are gathered between updates, among the state. */
export const gradientPrefix = "gradient.";

/** Names of PiSSA's start among the constants. */
const startPrefix = "start.";

export interface NetworkOptions {
  readonly strength?: tf.Scalar;
  readonly dropoutSeed?: tf.Scalar;
  /** `[B, K]` indices of the patches to see; all of them unless given. */
  readonly keptPatches?: tf.Tensor2D;
  /** See `Network`. */
  readonly recompute?: boolean;
  /** Replace the state's parameters, to differentiate with respect to them. */
  readonly trained?: Readonly<Record<string, tf.Tensor>>;
}

export function createTrainable(engine: Engine, model: ClipModel, config: TrainConfig): Trainable {
  const tuning = tuningOf(config, model.config);
  const bias = lossNeeds(lossTerms(config.loss)).bias ? { logit_bias: scalar(0) } : {};
  const gathers = config.accumulate > 1 || config.microBatchSize !== undefined;
  const stateOf = (trained: Arrays) => ({
    state: engine.state({
      ...trained,
      ...initMoments(trained, rulesOf(config, model.config)),
      ...(config.ema && initAverages(trained)),
      ...(gathers && zeroGradients(trained)),
    }),
    names: Object.keys(trained),
  });
  if (tuning.whole) return { model, tuning, ...stateOf({ ...model.weights, ...bias }) };
  const own = [...tuning.replaced, ...tuning.full, ...(tuning.temperature ? ["logit_scale"] : [])];
  const start = startOf(model, tuning, config);
  const trained = {
    ...(tuning.lora && { ...(start ?? freshLora(model, tuning.lora, config)) }),
    ...Object.fromEntries(own.map((name) => [name, model.weights[name]!])),
    ...bias,
  };
  return {
    model,
    tuning,
    constants: engine.constants({ ...model.weights, ...prefixed(start ?? {}) }),
    ...stateOf(trained),
    ...(tuning.lora && {
      lora: {
        config: tuning.lora,
        scales: adapterScales(model.config, tuning.lora),
        ...(start && { start }),
      },
    }),
  };
}

const zeroGradients = (trained: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(trained).map(([name, { shape, data }]) => [
      `${gradientPrefix}${name}`,
      { dtype: "float32", shape, data: new Float32Array(data.length) },
    ]),
  );

function startOf(model: ClipModel, { lora }: Tuning, config: TrainConfig): Arrays | undefined {
  return lora && config.lora.init === "pissa" ? pissaStart(model, lora, config.seed) : undefined;
}

function freshLora({ config: shape, weights }: ClipModel, lora: LoraConfig, config: TrainConfig) {
  const init = config.lora.init === "gaussian" ? "gaussian" : "kaiming";
  return {
    ...initLora(shape, lora, config.seed, init),
    ...(lora.useDora && initMagnitudes(shape, lora, weights)),
  };
}

const prefixed = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, a]) => [`${startPrefix}${name}`, a]));

const scalar = (value: number): NdArray => ({
  dtype: "float32",
  shape: [],
  data: Float32Array.of(value),
});

/** The model as it was before training, with nothing to train. */
export function frozenBase(engine: Engine, { model, tuning, constants }: Trainable): Trainable {
  return {
    model,
    tuning,
    constants: constants ?? engine.constants(model.weights),
    state: engine.state({}),
    names: [],
  };
}

/** The towers' parameters inside a program. */
export function networkOf(
  trainable: Trainable,
  { constants, state }: Pick<ProgramValues, "constants" | "state">,
  { strength, dropoutSeed, keptPatches, recompute, trained = state }: NetworkOptions = {},
): Network {
  const { config } = trainable.model;
  const how = { ...(keptPatches && { keptPatches }), ...(recompute && { recompute }) };
  const { tuning, lora } = trainable;
  if (tuning.whole || !lora) return { config, params: { ...constants, ...trained }, ...how };
  const rates = Object.keys(lora.scales).map(tuning.dropoutOf);
  const drops = dropoutSeed && rates.some((rate) => rate > 0);
  const full = Object.fromEntries(tuning.full.map((name) => [name, trained[name]!]));
  return {
    config,
    params: { ...constants, ...full },
    ...how,
    lora: {
      params: adapterParams(trainable, trained, constants),
      scales: lora.scales,
      ...(strength && { strength }),
      ...(drops && { dropout: { rate: tuning.dropoutOf, seed: dropoutSeed } }),
    },
  };
}

/** Names of what an adapter holds: thin matrices, magnitudes, and the model's weights that it replaces. */
export const adapterNames = ({ names, tuning }: Trainable): string[] =>
  names.filter((name) => /\.lora_[\w.]+$/.test(name) || tuning.replaced.includes(name));

/** With PiSSA's start subtracted: two pairs of thin matrices side by side. */
function adapterParams(trainable: Trainable, trained: Tensors, constants: Tensors): Tensors {
  const start = trainable.lora?.start;
  return Object.fromEntries(
    adapterNames(trainable).map((name): [string, tf.Tensor] => {
      const own = trained[name]!;
      if (!start?.[name]) return [name, own];
      const first = constants[`${startPrefix}${name}`]!;
      return [
        name,
        name.endsWith(".lora_A.weight")
          ? tf.concat([own, first], 0)
          : tf.concat([own, tf.neg(first)], 1),
      ];
    }),
  );
}
