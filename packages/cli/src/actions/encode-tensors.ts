import { resolve } from "node:path";
import { readSafetensors, writeSafetensors } from "@cliptune/clip";
import { type Arrays, type Engine, type NdArray, UserError } from "@cliptune/engine";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { type LoadedModel, loadChoice } from "../load-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { createTensorEncoder } from "./tensor-encoder.js";

export interface EncodeOptions {
  readonly tensors: string;
  readonly out: string;
  readonly choice: ModelChoice;
  readonly engine: string;
}

/** Raw tensors in, embeddings and logits out: what Hugging Face's CLIPModel gives for them. */
export async function encodeTensors(options: EncodeOptions): Promise<Answer> {
  const { tensors } = await readSafetensors(resolve(options.tensors));
  const loaded = await loadChoice(options.choice);
  const arrays = await withEngine(options.engine, (engine) => encodeAll(engine, loaded, tensors));
  if (Object.keys(arrays).length === 0) {
    throw new UserError(
      `${options.tensors} holds ${Object.keys(tensors).join(", ") || "nothing"}; it must hold pixel_values, input_ids, or both.`,
    );
  }
  const out = resolve(options.out);
  await writeSafetensors(out, arrays);
  const shapes = Object.fromEntries(
    Object.entries(arrays).map(([name, { shape }]) => [name, [...shape]]),
  );
  const lines = Object.entries(shapes).map(([name, shape]) => `  ${name} [${shape.join(", ")}]`);
  return { json: { out, shapes }, text: `${out}\n${lines.join("\n")}` };
}

async function encodeAll(engine: Engine, loaded: LoadedModel, tensors: Arrays): Promise<Arrays> {
  const { pixel_values: pixels, input_ids: ids, attention_mask: mask } = tensors;
  const encoder = createTensorEncoder(engine, loaded);
  const image = pixels && (await encoder.images(pixels));
  const text = ids && (await encoder.texts(ids, mask));
  encoder.dispose();
  return {
    ...(image ? { image_embeds: image } : {}),
    ...(text ? { text_embeds: text } : {}),
    ...(image && text ? { logits_per_image: logits(image, text, encoder.logitScale) } : {}),
  };
}

/** `[N, D]` and `[M, D]` → `[N, M]`, summed in double precision. */
function logits(image: NdArray, text: NdArray, scale: number): NdArray {
  const [rows, dimension] = image.shape as [number, number];
  const columns = text.shape[0]!;
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let d = 0; d < dimension; d++) {
        sum += image.data[i * dimension + d]! * text.data[j * dimension + d]!;
      }
      data[i * columns + j] = scale * sum;
    }
  }
  return { dtype: "float32", shape: [rows, columns], data };
}
