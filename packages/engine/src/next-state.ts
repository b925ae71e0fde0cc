import type * as tf from "@tensorflow/tfjs-core";
import { showSpec } from "./arrays.js";
import { UserError } from "./errors.js";
import type { ProgramDefinition, Spec, Tensors } from "./types.js";

const specOf = ({ dtype, shape }: tf.Tensor): Spec => ({ dtype: dtype as Spec["dtype"], shape });

/** Throws unless each entry that a program replaces is one of its state's, of the same type and shape. */
export function checkNextState({ name, state }: ProgramDefinition, next: Tensors = {}): void {
  for (const [key, tensor] of Object.entries(next)) {
    const spec = state?.specs[key];
    if (!spec) {
      throw new UserError(
        `${name}: returns state ${key}, which the program's state does not hold.`,
      );
    }
    const [held, returned] = [showSpec(spec), showSpec(specOf(tensor))];
    if (held !== returned) {
      throw new UserError(`${name}: returns state ${key} as ${returned}; it must stay ${held}.`);
    }
  }
}
