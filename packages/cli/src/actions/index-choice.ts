import {
  type Adapter,
  type ClipModel,
  type Encoder,
  loadAdapter,
  loadModel,
  type Preprocessing,
} from "@cliptune/clip";
import { type Engine, UserError } from "@cliptune/engine";
import { locateModel, readManifest } from "@cliptune/index";
import { backgroundEncoder } from "../background-encoder.js";

/** Where an index's model and adapter are now, when they were moved. */
export interface MovedModel {
  readonly model: string | undefined;
  readonly adapter: string | undefined;
}

/** An encoder of the model that made an index; the caller disposes of it. */
export async function indexEncoder(
  engine: Engine,
  dir: string,
  moved: MovedModel,
): Promise<{ encoder: Encoder; preprocessing: Preprocessing }> {
  const chosen = await indexChoice(dir, moved);
  const encoder = await backgroundEncoder(engine, chosen);
  return { encoder, preprocessing: chosen.model.preprocessing };
}

/** The model that made an index, as its manifest says, or where it is now. */
async function indexChoice(
  dir: string,
  moved: MovedModel,
): Promise<{ model: ClipModel; adapter?: Adapter; strength: number }> {
  const manifest = await readManifest(dir);
  if (!manifest.model) {
    throw new UserError(
      `The index at ${dir} holds vectors of an unknown model, so nothing can be encoded for it; make an index of pictures with: cliptune index build.`,
    );
  }
  const { path, adapter, strength } = await locateModel(dir, manifest.model, {
    ...(moved.model === undefined ? {} : { path: moved.model }),
    ...(moved.adapter === undefined ? {} : { adapter: moved.adapter }),
  });
  const model = await loadModel(path);
  if (adapter === undefined) return { model, strength };
  return { model, adapter: await loadAdapter(adapter, model), strength };
}
