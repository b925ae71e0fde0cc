import { type ClipModel, createEncoder, type Encoder, loadModel } from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import { type LoadedModel, loadChoice } from "../load-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { modelDirectory } from "../model-directory.js";

export interface Measured {
  readonly name: "base" | "tuned";
  /** The encoder as this model: valid until the other one is asked for. */
  use(): Encoder;
}

/**
 * A tuned model and the one that it began with, the base first; one of them alone where a model was not tuned, or began
 * with nothing.
 */
export async function withBaseAndTuned<T>(
  engine: Engine,
  choice: ModelChoice,
  body: (models: readonly Measured[], model: ClipModel) => Promise<T>,
): Promise<T> {
  const loaded = await loadChoice(choice);
  const encoders: Encoder[] = [];
  const open = async (...parts: Parameters<typeof createEncoder>): Promise<Encoder> => {
    const encoder = await createEncoder(...parts);
    encoders.push(encoder);
    return encoder;
  };
  try {
    return await body(await measuredOf(engine, loaded, open), loaded.model);
  } finally {
    for (const encoder of encoders) await encoder.dispose();
  }
}

async function measuredOf(
  engine: Engine,
  { model, adapter, strength, tunedFrom }: LoadedModel,
  open: typeof createEncoder,
): Promise<Measured[]> {
  if (!adapter) {
    const encoder = await open(engine, model);
    if (!tunedFrom) return [{ name: "base", use: () => encoder }];
    const tuned: Measured = { name: "tuned", use: () => encoder };
    if (tunedFrom === "nothing") return [tuned];
    const base = await open(engine, await loadModel(await modelDirectory(tunedFrom.model)));
    return [{ name: "base", use: () => base }, tuned];
  }
  const encoder = await open(engine, model, { adapter, strength });
  const at = (name: Measured["name"], value: number): Measured => ({
    name,
    use: () => {
      encoder.setStrength(value);
      return encoder;
    },
  });
  return [at("base", 0), at("tuned", strength)];
}
