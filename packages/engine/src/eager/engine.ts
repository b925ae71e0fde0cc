import * as tf from "@tensorflow/tfjs-core";
import { checkArrays, checkData, copied, pick, specsOf } from "../arrays.js";
import { withBackend } from "../exclusive.js";
import { heldValue } from "../held-value.js";
import { checkNextState } from "../next-state.js";
import type {
  Arrays,
  Constants,
  Data,
  Engine,
  EngineName,
  NdArray,
  ProgramDefinition,
  Spec,
  State,
  Tensors,
} from "../types.js";

/** Tensors behind a `Constants` or `State`, kept where tfjs's backend keeps them. */
interface Held {
  tensors: Record<string, tf.Tensor>;
}

const upload = ({ dtype, shape }: Spec, data: Data): tf.Tensor =>
  tf.tensor(
    dtype === "uint8" ? Int32Array.from(data) : data,
    [...shape],
    dtype === "uint8" ? "int32" : dtype,
  );

async function download(tensor: tf.Tensor): Promise<NdArray> {
  const data = (await tensor.data()) as Data;
  // A copy, because tfjs's cpu backend hands out the very array that the tensor lives in.
  return { dtype: tensor.dtype as NdArray["dtype"], shape: [...tensor.shape], data: data.slice() };
}

const uploadAll = (arrays: Arrays): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name, tf.keep(upload(a, a.data))]));

async function downloadAll(tensors: Tensors): Promise<Arrays> {
  const entries = Object.entries(tensors);
  const arrays = await Promise.all(entries.map(([, tensor]) => download(tensor)));
  return Object.fromEntries(entries.map(([name], i) => [name, arrays[i]!]));
}

/** Uploads on first use, since making the engine's values must not have to wait for tfjs's one global backend. */
function hold(arrays: Arrays): Held & { ready(): void } {
  let pending: Arrays | undefined = arrays;
  const held: Held & { ready(): void } = {
    tensors: {},
    ready() {
      if (pending) held.tensors = uploadAll(pending);
      pending = undefined;
    },
  };
  return held;
}

/** Runs programs operator by operator on one of tfjs's own backends, which must be registered already. */
export function createEagerEngine(name: EngineName, backend: string): Engine {
  const holds = new WeakMap<object, ReturnType<typeof hold>>();
  const heldBy = (owner: object | undefined): Tensors => {
    if (!owner) return {};
    const held = heldValue(name, holds, owner);
    held.ready();
    return held.tensors;
  };

  const release = (owner: object): void => {
    tf.dispose(holds.get(owner)?.tensors ?? {});
    holds.delete(owner);
  };

  const constants = (arrays: Arrays): Constants => {
    const specs = specsOf(arrays);
    checkArrays("constants", specs, arrays);
    const held = hold(arrays);
    const result: Constants = { specs, dispose: () => release(result) };
    holds.set(result, held);
    return result;
  };

  const state = (arrays: Arrays): State => {
    const specs = specsOf(arrays);
    checkArrays("state", specs, arrays);
    const held = hold(copied(arrays));
    const result: State = {
      specs,
      read: (names = Object.keys(specs)) =>
        withBackend(backend, () => {
          return downloadAll(pick(heldBy(result), names));
        }),
      write: (changed) =>
        withBackend(backend, () => {
          checkArrays("state.write", specs, changed);
          heldBy(result);
          replace(held, uploadAll(changed));
        }),
      dispose: () => release(result),
    };
    holds.set(result, held);
    return result;
  };

  const step = (
    definition: ProgramDefinition,
    inputs: Readonly<Record<string, Data>>,
  ): Promise<Arrays> =>
    withBackend(backend, async () => {
      const fixed = heldBy(definition.constants);
      const current = heldBy(definition.state);
      const result = tf.tidy(() => {
        const fed = Object.entries(definition.inputs).map(([key, spec]) => {
          checkData(`${definition.name}: input ${key}`, spec, inputs[key]);
          return [key, upload(spec, inputs[key]!)] as const;
        });
        const { outputs, state: next = {} } = definition.run({
          constants: fixed,
          state: current,
          inputs: Object.fromEntries(fed),
        });
        // Clones, because a program may return one of its inputs, which tidy must not keep alive twice.
        checkNextState(definition, next);
        return { outputs: cloneAll(outputs), next: cloneAll(next) };
      });
      for (const tensor of Object.values(result.next)) tf.keep(tensor);
      if (definition.state) replace(holds.get(definition.state)!, result.next);
      const arrays = await downloadAll(result.outputs);
      tf.dispose(result.outputs);
      return arrays;
    });

  return {
    name,
    constants,
    state,
    compile: async (definition) => ({
      name: definition.name,
      step: (inputs) => step(definition, inputs),
      dispose: async () => undefined,
    }),
    dispose: async () => undefined,
  };
}

const cloneAll = (tensors: Tensors): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));

function replace(held: Held, next: Record<string, tf.Tensor>): void {
  for (const [name, tensor] of Object.entries(next)) {
    held.tensors[name]?.dispose();
    held.tensors[name] = tensor;
  }
}
