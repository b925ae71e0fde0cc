import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type EngineName, type EngineOptions, UserError } from "@cliptune/engine";
import { checkAdapter } from "./adapter.js";
import type { Encoder, EncoderOptions } from "./encoder.js";
import type { EncoderReply, EncoderRequest, EncoderThreadData } from "./encoder-worker.js";
import { encoderFingerprint } from "./fingerprint.js";
import type { ClipModel } from "./model.js";

export interface EncoderThreadOptions extends EncoderOptions {
  /** The engine that the thread makes for itself; `auto` unless given. */
  readonly engine?: EngineName | "auto";
  readonly engineOptions?: EngineOptions;
}

type Request = EncoderRequest extends infer R ? (R extends unknown ? Omit<R, "id"> : never) : never;

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
  let thread: ReturnType<typeof startThread> | undefined;
  let disposed = false;
  const ask = async (request: Request): Promise<Float32Array | undefined> => {
    if (disposed) throw new Error("encoder: used after dispose()");
    const data = { ...own, ...(adapter && { adapter }), model: dir, fingerprint };
    thread ??= startThread({ ...data, engine, engineOptions });
    return thread.ask(request);
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
    encodeImages: async (pixels, n) => (await ask({ pixels, n, strength }))!,
    encodeTexts: async (texts) => (await ask({ texts, strength }))!,
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
      await ask({ adapter: next });
      adapter = next;
    },
    async dispose() {
      if (disposed) return;
      const last = thread && ask({ dispose: true });
      disposed = true;
      await last?.catch(() => undefined); // a thread that failed has nothing to let go of
      await thread?.end();
    },
  };
}

function startThread(data: EncoderThreadData) {
  const worker = new Worker(new URL("./encoder-worker.js", import.meta.url), { workerData: data });
  const waiting = new Map<number, (reply: EncoderReply | Error) => void>();
  let next = 0;
  let failure: Error | undefined;
  const failAll = (error: Error) => {
    failure ??= error;
    for (const tell of waiting.values()) tell(failure);
    waiting.clear();
  };
  worker.on("message", (reply: EncoderReply) => {
    const tell = waiting.get(reply.id);
    waiting.delete(reply.id);
    tell?.(reply);
  });
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("The thread that encodes has ended.")));
  worker.unref(); // work that waits keeps the process alive, an encoder that nobody uses does not
  return {
    async ask(request: Request): Promise<Float32Array | undefined> {
      if (failure) throw failure;
      const id = next++;
      const answered = new Promise<EncoderReply | Error>((tell) => waiting.set(id, tell));
      worker.ref();
      worker.postMessage({ ...request, id } satisfies EncoderRequest);
      const reply = await answered;
      if (waiting.size === 0) worker.unref();
      if (reply instanceof Error) throw reply;
      if (!("error" in reply)) return reply.vectors;
      const { message, user } = reply.error;
      throw user ? new UserError(message) : new Error(message);
    },
    async end(): Promise<void> {
      if (failure) return;
      const ended = once(worker, "exit");
      await worker.terminate();
      await ended.catch(() => undefined);
    },
  };
}
