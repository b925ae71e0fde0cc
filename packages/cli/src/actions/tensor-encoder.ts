import {
  adapterScales,
  endPositions,
  imageTower,
  type Network,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import {
  type Arrays,
  type Engine,
  type NdArray,
  type ProgramValues,
  UserError,
} from "@cliptune/engine";
import type { LoadedModel } from "../load-choice.js";
import { encodeInChunks } from "./encode-in-chunks.js";

/** The two towers on tensors as Hugging Face's processors make them. */
export interface TensorEncoder {
  readonly logitScale: number;
  /** @param pixels `[N, 3, H, W]` normalised; @returns `[N, D]` unit norm */
  images(pixels: NdArray): Promise<NdArray>;
  /** @param ids `[M, L]`; @param mask `[M, L]` of 0 and 1; @returns `[M, D]` unit norm */
  texts(ids: NdArray, mask?: NdArray): Promise<NdArray>;
  dispose(): void;
}

export function createTensorEncoder(engine: Engine, loaded: LoadedModel): TensorEncoder {
  const { model, adapter } = loaded;
  const { config } = model;
  const constants = engine.constants({ ...model.weights, ...ofAdapter(loaded) });
  const network = networkOf(loaded);
  return {
    logitScale: adapter?.logitScale ?? Math.exp(Number(model.weights["logit_scale"]!.data[0])),
    images(pixels) {
      const { imageSize } = config.vision;
      assertShape("pixel_values", pixels, ["float32", 3, imageSize, imageSize]);
      return encodeInChunks(engine, {
        name: "encode-images",
        constants,
        columns: { pixels: channelsLast(pixels) },
        run: (values) => unitNorm(imageTower(network(values), values.inputs["pixels"] as never)),
      });
    },
    texts(ids, mask) {
      assertShape("input_ids", ids, ["int32", ids.shape[1] ?? 0]);
      if (mask) assertShape("attention_mask", mask, ["int32", ids.shape[1] ?? 0]);
      const [rows, length] = ids.shape as [number, number];
      if (length > config.text.maxPositionEmbeddings) {
        throw new UserError(
          `input_ids is [${ids.shape.join(", ")}]; the model has ${config.text.maxPositionEmbeddings} positions.`,
        );
      }
      const { eosTokenId } = config.text;
      const ends = endPositions(ids.data as Int32Array, { rows, length, eosTokenId });
      return encodeInChunks(engine, {
        name: "encode-texts",
        constants,
        columns: {
          ids,
          ends: { dtype: "int32", shape: [rows], data: ends },
          ...(mask ? { mask } : {}),
        },
        run: (values) => {
          const { ids, ends, mask } = values.inputs;
          return unitNorm(textTower(network(values), ids as never, ends as never, mask));
        },
      });
    },
    dispose: () => constants.dispose(),
  };
}

/** Weights that an adapter replaces have the names of the model's own. */
const prefix = "adapter.";

function ofAdapter({ adapter, strength }: LoadedModel): Arrays {
  const all = { ...adapter?.weights, strength: float32([], strength) };
  return Object.fromEntries(Object.entries(all).map(([name, a]) => [`${prefix}${name}`, a]));
}

const float32 = (shape: readonly number[], ...data: number[]): NdArray => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

/** The network as a function of a program's constants. */
function networkOf({ model, adapter }: LoadedModel): (values: ProgramValues) => Network {
  const { config } = model;
  if (!adapter) return ({ constants }) => ({ config, params: constants });
  const scales = adapterScales(config, adapter.config);
  const names = Object.keys(adapter.weights);
  return ({ constants }) => ({
    config,
    params: constants,
    lora: {
      params: Object.fromEntries(names.map((name) => [name, constants[`${prefix}${name}`]!])),
      scales,
      strength: constants[`${prefix}strength`] as never,
    },
  });
}

type Wanted = readonly [dtype: "float32" | "int32", ...rest: number[]];

function assertShape(name: string, array: NdArray, [dtype, ...rest]: Wanted): void {
  const { shape } = array;
  const fits = shape.length === rest.length + 1 && rest.every((size, i) => shape[i + 1] === size);
  if (fits && array.dtype === dtype) return;
  throw new UserError(
    `${name} is ${array.dtype} [${shape.join(", ")}]; it must be ${dtype} [N, ${rest.join(", ")}].`,
  );
}

/** `[N, 3, H, W]` → `[N, H, W, 3]`. */
function channelsLast({ shape, data }: NdArray): NdArray {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const moved = new Float32Array(data.length);
  for (let i = 0; i < count * channels; i++) {
    const image = Math.floor(i / channels) * channels * area;
    const channel = i % channels;
    for (let p = 0; p < area; p++) moved[image + p * channels + channel] = data[i * area + p]!;
  }
  return { dtype: "float32", shape: [count, height, width, channels], data: moved };
}
