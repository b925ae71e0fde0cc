import { type Arrays, type NdArray, UserError } from "@cliptune/engine";
import { type ClipConfig, patchGrid, type TowerConfig } from "./config.js";

export type Shapes = Readonly<Record<string, readonly number[]>>;

const affine = (name: string, shape: readonly [number, ...number[]]): Shapes => ({
  [`${name}.weight`]: shape,
  [`${name}.bias`]: [shape[0]],
});

/** `[out, in]` of every linear layer inside one transformer block, by its path from the block. */
export const blockLinears = ({ hiddenSize: d, intermediateSize: m }: TowerConfig) =>
  ({
    "self_attn.q_proj": [d, d],
    "self_attn.k_proj": [d, d],
    "self_attn.v_proj": [d, d],
    "self_attn.out_proj": [d, d],
    "mlp.fc1": [m, d],
    "mlp.fc2": [d, m],
  }) as const;

function blockShapes(prefix: string, tower: TowerConfig): Shapes {
  const shapes = Array.from({ length: tower.numHiddenLayers }, (_, i) => {
    const block = `${prefix}.encoder.layers.${i}`;
    const linears = Object.entries(blockLinears(tower)).map(([name, shape]) =>
      affine(`${block}.${name}`, shape),
    );
    const norms = ["layer_norm1", "layer_norm2"].map((name) =>
      affine(`${block}.${name}`, [tower.hiddenSize]),
    );
    return Object.assign({}, ...linears, ...norms) as Shapes;
  });
  return Object.assign({}, ...shapes);
}

/** Name and shape of every weight of a `CLIPModel`, in Hugging Face's names. */
export function weightShapes(config: ClipConfig): Shapes {
  const { text, vision, projectionDim } = config;
  const [t, v] = [text.hiddenSize, vision.hiddenSize];
  const { patchSize: p, numChannels } = vision;
  return {
    logit_scale: [],
    "text_projection.weight": [projectionDim, t],
    "visual_projection.weight": [projectionDim, v],
    "text_model.embeddings.token_embedding.weight": [text.vocabSize, t],
    "text_model.embeddings.position_embedding.weight": [text.maxPositionEmbeddings, t],
    ...blockShapes("text_model", text),
    ...affine("text_model.final_layer_norm", [t]),
    "vision_model.embeddings.class_embedding": [v],
    "vision_model.embeddings.patch_embedding.weight": [v, numChannels, p, p],
    "vision_model.embeddings.position_embedding.weight": [patchGrid(vision) ** 2 + 1, v],
    ...affine("vision_model.pre_layrnorm", [v]),
    ...blockShapes("vision_model", vision),
    ...affine("vision_model.post_layernorm", [v]),
  };
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export const showShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

export function list(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return names.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** Old checkpoints keep these buffers, which hold nothing but 0, 1, 2, …. */
const isPositionIds = (name: string): boolean => name.endsWith(".position_ids");

/**
 * The weights that `config` asks for, all of them and no others, as float32.
 *
 * @param where names the file in errors
 * @throws UserError naming missing weights, unused weights, or the first wrong shape
 */
export function checkWeights(where: string, arrays: Arrays, config: ClipConfig): Arrays {
  const shapes = weightShapes(config);
  const missing = Object.keys(shapes).filter((name) => !(name in arrays));
  const unused = Object.keys(arrays).filter((name) => !(name in shapes) && !isPositionIds(name));
  if (missing.length > 0 || unused.length > 0) {
    const faults = [
      missing.length > 0 ? `misses ${missing.length} weights (${list(missing)})` : "",
      unused.length > 0 ? `has ${unused.length} unused weights (${list(unused)})` : "",
    ].filter(Boolean);
    throw new UserError(`${where} ${faults.join(" and ")}; it must match its config.json.`);
  }
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      asFloat(where, name, arrays[name]!, shape),
    ]),
  );
}

function asFloat(where: string, name: string, array: NdArray, shape: readonly number[]): NdArray {
  const scalar = shape.length === 0 && elementCount(array.shape) === 1; // logit_scale as [1]
  if (!scalar && !sameShape(array.shape, shape)) {
    throw new UserError(
      `${where}: ${name} is ${showShape(array.shape)}, config.json asks for ${showShape(shape)}.`,
    );
  }
  if (array.dtype !== "float32") {
    throw new UserError(`${where}: ${name} holds ${array.dtype}; weights must be floating point.`);
  }
  return { dtype: "float32", shape, data: array.data };
}
