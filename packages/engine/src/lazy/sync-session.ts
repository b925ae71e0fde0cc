import type { Tensor } from "onnxruntime-node";
import { binding, initOrt } from "onnxruntime-node/dist/binding.js";
import { ortReason } from "../onnx/failure.js";

/** A session of ONNX Runtime that runs while the caller waits. */
export interface SyncSession {
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Record<string, Tensor>;
  dispose(): void;
}

const wrapped = <T>(what: string, body: () => T): T => {
  try {
    return body();
  } catch (cause) {
    throw new Error(`onnx backend: ONNX Runtime ${what} (${ortReason(cause)}).`, { cause });
  }
};

/**
 * Opens a session without promises: onnxruntime-node's own binding is synchronous beneath its asynchronous
 * interface, and tfjs's `dataSync` cannot wait. The binding is not public, hence the package's pinned version.
 *
 * @param threads for one operator; 0 for one a core
 */
export function openSyncSession(model: Uint8Array, threads: number): SyncSession {
  initOrt();
  const session = new binding.InferenceSession();
  wrapped("refuses a program", () =>
    session.loadModel(model.buffer as ArrayBuffer, model.byteOffset, model.byteLength, {
      executionProviders: ["cpu"],
      // The graph's own passes have run, and most programs are too short-lived for ONNX Runtime's to pay.
      graphOptimizationLevel: "disabled",
      intraOpNumThreads: threads,
      enableMemPattern: false,
      // Fatal ones alone: errors are thrown, and need not be printed too.
      logSeverityLevel: 4,
    }),
  );
  return {
    run: (feeds, outputs) => {
      const fetches = Object.fromEntries(outputs.map((name) => [name, null]));
      const results = wrapped("failed at a program", () => session.run(feeds, fetches, {}));
      return results as Record<string, Tensor>;
    },
    dispose: () => session.dispose(),
  };
}
