import type { Constants, Engine, Program, Spec, State, Tensors } from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import type { ClipConfig } from "./config.js";
import { unitNorm } from "./embeddings.js";
import { imageTower } from "./image-tower.js";
import type { Network } from "./lora-linear.js";
import { normalizePixels, type Preprocessing } from "./preprocessing.js";
import { textTower } from "./text-tower.js";

/** What every program of one encoder shares. */
export interface EncoderParts {
  readonly engine: Engine;
  readonly config: ClipConfig;
  readonly preprocessing: Preprocessing;
  readonly weights: Constants;
  /** LoRA matrices and their scales, when there is an adapter. */
  readonly lora?: { readonly state: State; readonly scales: Readonly<Record<string, number>> };
}

export interface EncoderPrograms {
  images(batch: number): Promise<Program>;
  texts(batch: number, length: number): Promise<Program>;
  dispose(): Promise<void>;
}

type Tower = (net: Network, inputs: Tensors) => tf.Tensor2D;

const int32 = (...shape: number[]): Spec => ({ dtype: "int32", shape });

function compile(
  parts: EncoderParts,
  name: string,
  inputs: Record<string, Spec>,
  tower: Tower,
): Promise<Program> {
  const { config, engine, lora, weights } = parts;
  return engine.compile({
    name,
    constants: weights,
    ...(lora && { state: lora.state }),
    inputs: lora ? { ...inputs, strength: { dtype: "float32", shape: [] } } : inputs,
    run: ({ constants: params, state, inputs: values }) => {
      const strength = values["strength"] as tf.Scalar;
      const adapter = lora && { params: state, scales: lora.scales, strength };
      const net: Network = { config, params, ...(adapter && { lora: adapter }) };
      return { outputs: { embeds: unitNorm(tower(net, values)) } };
    },
  });
}

/** The programs of an encoder, one per batch size (and text length), compiled when first asked for. */
export function encoderPrograms(parts: EncoderParts): EncoderPrograms {
  const made = new Map<string, Promise<Program>>();
  const once = (name: string, make: (name: string) => Promise<Program>): Promise<Program> => {
    const known = made.get(name);
    if (known) return known;
    const program = make(name);
    made.set(name, program);
    program.catch(() => made.delete(name)); // a failure is reported to whoever asked, not kept
    return program;
  };
  const { preprocessing } = parts;
  const side = parts.config.vision.imageSize;
  return {
    images(batch) {
      const pixels: Spec = { dtype: "uint8", shape: [batch, side, side, 3] };
      return once(`encode ${batch} images`, (name) =>
        compile(parts, name, { pixels }, (net, values) =>
          imageTower(net, normalizePixels(values["pixels"]!, preprocessing)),
        ),
      );
    },
    texts(batch, length) {
      const inputs = { ids: int32(batch, length), ends: int32(batch) };
      return once(`encode ${batch} texts of ${length} tokens`, (name) =>
        compile(parts, name, inputs, (net, values) =>
          textTower(net, values["ids"] as tf.Tensor2D, values["ends"] as tf.Tensor1D),
        ),
      );
    },
    async dispose() {
      const programs = await Promise.allSettled(made.values());
      made.clear();
      for (const result of programs) {
        if (result.status === "fulfilled") await result.value.dispose();
      }
    },
  };
}
