import { createEncoder, createEncoderThread, type Encoder } from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import { processorOptions } from "./engine-choice.js";
import type { LoadedModel } from "./load-choice.js";

/**
 * An encoder for much work: where the engine's runs would block this thread, which has pictures to decode
 * meanwhile, it has one of its own.
 */
export async function backgroundEncoder(
  engine: Engine,
  { model, adapter, strength }: Pick<LoadedModel, "model" | "strength" | "adapter">,
): Promise<Encoder> {
  const tuned = adapter ? { adapter, strength } : {};
  if (engine.name !== "onnx-cpu") return createEncoder(engine, model, tuned);
  return createEncoderThread(model, {
    ...{ ...tuned, engine: engine.name },
    engineOptions: { ...processorOptions(), spin: false }, // decoding needs the same cores
  });
}
