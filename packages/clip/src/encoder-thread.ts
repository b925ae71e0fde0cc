import {
  type EngineName,
  type EngineOptions,
  startThread,
  type Thread,
  UserError,
} from "@cliptune/engine";
import { checkAdapter } from "./adapter.js";
import type { Encoder, EncoderOptions } from "./encoder.js";
import type { EncoderCalls, EncoderThreadData } from "./encoder-worker.js";
import { encoderFingerprint } from "./fingerprint.js";
import type { ClipModel } from "./model.js";

export interface EncoderThreadOptions extends EncoderOptions {
  /** The engine that the thread makes for itself; `auto` unless given. */
  readonly engine?: EngineName | "auto";
  readonly engineOptions?: EngineOptions;
}

/**
 * `createEncoder` on a thread of its own, for engines whose runs and compiling block the thread that
 * asks, as ONNX Runtime's do. The thread begins with the first call, and reads the model itself: what was
 * read here need not be kept.
 *
 * @throws UserError when the adapter was made for another model
 */
export function createEncoderThread(model: ClipModel, options: EncoderThreadOptions = {}): Encoder {
  const { engine = "auto", engineOptions = {}, ...own } = options;
  const { dir, config, preprocessing, fingerprint } = model;
  const ownScale = Math.exp(model.weights["logit_scale"]!.data[0]!);
  let { adapter, strength = 1 } = options;
  if (adapter) checkAdapter("The adapter", adapter, config);
  let thread: Thread<EncoderCalls> | undefined;
  let disposed = false;
  const started = (): Thread<EncoderCalls> => {
    if (disposed) throw new Error("encoder: used after dispose()");
    const data: EncoderThreadData = {
      ...{ ...own, ...(adapter && { adapter }), model: dir, fingerprint, engine, engineOptions },
    };
    const script = new URL("./encoder-worker.js", import.meta.url);
    thread ??= startThread<EncoderCalls>(script, { does: "encodes", data });
    return thread;
  };
  return {
    dimension: config.projectionDim,
    imageSize: config.vision.imageSize,
    get strength() {
      return strength;
    },
    get logitScale() {
      return adapter?.logitScale ?? ownScale;
    },
    get fingerprint() {
      const known = { preprocessing, fingerprint };
      return encoderFingerprint(known, adapter && { adapter, strength });
    },
    encodeImages: async (pixels, n) => started().call("encodeImages", strength, pixels, n),
    encodeTexts: async (texts) => started().call("encodeTexts", strength, texts),
    setStrength(value) {
      if (!Number.isFinite(value)) {
        throw new UserError(
          `Strength is ${value}; it must be a finite number, 0 for the base model.`,
        );
      }
      strength = value;
    },
    async setAdapter(next) {
      if (next) checkAdapter("The adapter", next, config);
      await started().call("setAdapter", next);
      adapter = next;
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await thread?.call("dispose").catch(() => undefined); // a thread that failed has nothing to let go of
      await thread?.end();
    },
  };
}
