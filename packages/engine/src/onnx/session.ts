import * as ort from "onnxruntime-node";
import type { Data } from "../types.js";
import { ortReason } from "./failure.js";
import type { OrtTensors } from "./held.js";
import { executionProviders, type Provider } from "./providers.js";

export interface SessionOptions {
  readonly provider: Provider;
  /** 0 for one a core. */
  readonly threads: number;
  /** Whether threads that wait for each other within a run keep asking; true unless given. */
  readonly spin?: boolean;
  /** Initializers that the model names and does not hold. */
  readonly weights: OrtTensors;
  /** A program that replaces no state: ONNX Runtime looks for fusions of its own, and rests between runs. */
  readonly fuse: boolean;
  /** How the name of the file begins that it writes each operator's time to, if it shall. */
  readonly profile?: string | undefined;
  /** The outputs that stay in buffers of the GPU. */
  readonly onGpu?: readonly string[];
}

/** How long a thread without work looks out for some before it sleeps. */
const spinMicroseconds = 50;

export async function openSession(
  name: string,
  model: Uint8Array,
  { provider, threads, spin = true, weights, fuse, profile, onGpu = [] }: SessionOptions,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: executionProviders(provider),
      graphOptimizationLevel: fuse ? "all" : "disabled",
      intraOpNumThreads: threads,
      // Threads look out for the next operator, but not for as long as one is computed on a single thread, which a busy
      // machine pays for with twice the time; and not between the queries of a server, where it would cost three times
      // what a query costs.
      extra: {
        session: {
          ...(fuse && { force_spinning_stop: "1" }),
          intra_op: spin ? { spin_duration_us: `${spinMicroseconds}` } : { allow_spinning: "0" },
        },
      },
      // Planning all activations as one block keeps what was freed in between: a fifth more memory, no time won.
      enableMemPattern: false,
      externalData: Object.entries(weights).map(([path, { data }]) => ({
        path,
        data: bytesOf(data as Data),
      })),
      // Fatal ones alone: errors are thrown, and need not be printed too.
      logSeverityLevel: 4,
      ...(onGpu.length > 0 && {
        preferredOutputLocation: Object.fromEntries(onGpu.map((key) => [key, "gpu-buffer"])),
      }),
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    });
  } catch (cause) {
    throw new Error(
      `${name}: the program was traced, but ONNX Runtime refuses it (${ortReason(cause)}); another engine may take it, for example cpu.`,
      { cause },
    );
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Data): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
