import {
  createEncoder,
  createEncoderThread,
  type Encoder,
  loadAdapter,
  loadModel,
  preprocessImage,
} from "@cliptune/clip";
import { type Engine, UserError } from "@cliptune/engine";
import { assertSameNumbers } from "./canaries.js";
import type { Manifest } from "./manifest.js";
import { locateModel, type ModelOverride } from "./model-reference.js";
import { assertSameModel } from "./same-model.js";
import { rememberTexts } from "./search/remember-texts.js";

/** The model of an index, ready to encode queries. It stays while versions of the index hold it. */
export interface SearchModel {
  readonly fingerprint: string;
  readonly encoder: Encoder;
  /** `[n, D]`; those asked for last are remembered. */
  encodeTexts(texts: readonly string[]): Promise<Float32Array>;
  /** `[1, D]` of the bytes of a picture file. */
  encodePicture(image: Uint8Array): Promise<Float32Array>;
  /** One more user, who must release it too. */
  hold(): SearchModel;
  release(): Promise<void>;
}

/** Where a model of queries computes. */
export interface ModelPlace {
  readonly engine: Engine;
  /** The engine was made for this alone, and blocks: the model gets a thread with one of the same name. */
  readonly threaded: boolean;
}

/**
 * Loads the model that a manifest names, for one user.
 *
 * @throws UserError when it isn't where it was, is another one now, or encodes otherwise than then
 */
export async function loadSearchModel(
  dir: string,
  manifest: Manifest,
  { engine, threaded }: ModelPlace,
  override?: ModelOverride,
): Promise<SearchModel> {
  if (!manifest.model) {
    throw new UserError(
      `The index at ${dir} holds vectors of an unknown model; open it with openIndex and search it with vectors.`,
    );
  }
  const { path, adapter, strength } = await locateModel(dir, manifest.model, override);
  const model = await loadModel(path);
  const tuned =
    adapter === undefined ? {} : { adapter: await loadAdapter(adapter, model), strength };
  const encoder = threaded
    ? createEncoderThread(model, { ...tuned, engine: engine.name })
    : await createEncoder(engine, model, tuned);
  const { preprocessing } = model;
  const check = (kind: "texts" | "images") => assertSameNumbers(dir, manifest, { encoder, kind });
  try {
    assertSameModel(dir, manifest, encoder.fingerprint);
    await check(manifest.canaries?.texts ? "texts" : "images");
  } catch (error) {
    await encoder.dispose();
    throw error;
  }
  let users = 1;
  const held: SearchModel = {
    encoder,
    fingerprint: encoder.fingerprint,
    encodeTexts: rememberTexts(encoder.encodeTexts),
    async encodePicture(image) {
      await check("images"); // not before: its program takes a second to compile
      return encoder.encodeImages(await preprocessImage(image, preprocessing), 1);
    },
    hold() {
      users++;
      return held;
    },
    async release() {
      users--;
      if (users === 0) await encoder.dispose();
    },
  };
  return held;
}
