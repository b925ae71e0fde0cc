import { parentPort, workerData } from "node:worker_threads";
import { createEngine, type EngineName, type EngineOptions, UserError } from "@cliptune/engine";
import type { Adapter } from "./adapter.js";
import { createEncoder, type Encoder, type EncoderOptions } from "./encoder.js";
import { loadModel } from "./model.js";

/** What the thread begins with. */
export interface EncoderThreadData extends EncoderOptions {
  /** The model directory. */
  readonly model: string;
  readonly fingerprint: string;
  readonly engine: EngineName | "auto";
  readonly engineOptions: EngineOptions;
}

export type EncoderRequest = { readonly id: number } & (
  | { readonly pixels: Uint8Array; readonly n: number; readonly strength: number }
  | { readonly texts: readonly string[]; readonly strength: number }
  | { readonly adapter: Adapter | undefined }
  | { readonly dispose: true }
);

export type EncoderReply = { readonly id: number } & (
  | { readonly vectors: Float32Array | undefined }
  | { readonly error: { readonly message: string; readonly user: boolean } }
);

const port = parentPort!;
const started = start(workerData as EncoderThreadData);
started.catch(() => undefined); // told with the first answer
let turn: Promise<void> = Promise.resolve();

port.on("message", (request: EncoderRequest) => {
  turn = turn.then(async () => {
    const { id } = request;
    try {
      const vectors = await answer(request);
      port.postMessage({ id, vectors } satisfies EncoderReply);
    } catch (error) {
      // Between threads an error keeps its message and loses its class.
      const message = error instanceof Error ? error.message : String(error);
      const told = { message, user: error instanceof UserError };
      port.postMessage({ id, error: told } satisfies EncoderReply);
    }
  });
});

async function start({
  model: dir,
  fingerprint,
  engine: name,
  engineOptions,
  ...rest
}: EncoderThreadData) {
  const model = await loadModel(dir);
  if (model.fingerprint !== fingerprint) {
    throw new UserError(`The model at ${dir} was changed while it was in use; run this again.`);
  }
  const engine = await createEngine(name, engineOptions);
  const encoder = await createEncoder(engine, model, rest);
  return { engine, encoder };
}

async function answer(request: EncoderRequest): Promise<Float32Array | undefined> {
  const { engine, encoder } = await started;
  if ("pixels" in request) {
    return withStrength(encoder, request.strength).encodeImages(request.pixels, request.n);
  }
  if ("texts" in request) {
    return withStrength(encoder, request.strength).encodeTexts(request.texts);
  }
  if ("adapter" in request) await encoder.setAdapter(request.adapter);
  else {
    await encoder.dispose();
    await engine.dispose();
  }
  return undefined;
}

function withStrength(encoder: Encoder, strength: number): Encoder {
  encoder.setStrength(strength);
  return encoder;
}
