import * as tf from "@tensorflow/tfjs-core";
import { registerKernels } from "../trace/register.js";
import { LazyBackend } from "./backend.js";

/** The name to give `tf.setBackend`. */
export const lazyBackendName = "onnx";

/**
 * Registers the tfjs backend `onnx`, which records what tfjs code does and runs it as programs on ONNX Runtime
 * when values are read: `registerLazyBackend(); await tf.setBackend("onnx")`. Calling it again changes nothing.
 */
export function registerLazyBackend(): void {
  if (tf.findBackendFactory(lazyBackendName)) return;
  // Never chosen by itself: -1 is below every backend of tfjs's.
  tf.registerBackend(lazyBackendName, () => new LazyBackend(), -1);
  registerKernels(lazyBackendName);
}
