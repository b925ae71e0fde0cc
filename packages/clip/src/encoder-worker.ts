import { workerData } from "node:worker_threads";
import {
  createEngine,
  type EngineName,
  type EngineOptions,
  serveThread,
  UserError,
} from "@cliptune/engine";
import type { Adapter } from "./adapter.js";
import { createEncoder, type EncoderOptions } from "./encoder.js";
import { loadModel } from "./model.js";

/** What the thread begins with. */
export interface EncoderThreadData extends EncoderOptions {
  /** The model directory. */
  readonly model: string;
  readonly fingerprint: string;
  readonly engine: EngineName | "auto";
  readonly engineOptions: EngineOptions;
}

const started = start(workerData as EncoderThreadData);
started.catch(() => undefined); // told with the first answer

const calls = {
  async encodeImages(strength: number, pixels: Uint8Array, n: number) {
    const { encoder } = await started;
    encoder.setStrength(strength);
    return encoder.encodeImages(pixels, n);
  },
  async encodeTexts(strength: number, texts: readonly string[]) {
    const { encoder } = await started;
    encoder.setStrength(strength);
    return encoder.encodeTexts(texts);
  },
  async setAdapter(adapter: Adapter | undefined) {
    await (await started).encoder.setAdapter(adapter);
  },
  async dispose() {
    const { engine, encoder } = await started;
    await encoder.dispose();
    await engine.dispose();
  },
};
export type EncoderCalls = typeof calls;
serveThread(calls);

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
