import type * as ort from "onnxruntime-node";
import type { Specs } from "../types.js";
import { isOnGpu, type OrtTensors } from "./held.js";
import { modelProto } from "./model.js";
import type { Provider } from "./providers.js";
import { openSession } from "./session.js";

/** Whether what a step makes of the state stays where the provider computes. */
export const keepsState = (provider: Provider): boolean => provider === "webgpu";

/** Brings tensors to the host; those that are there are handed through. */
export interface Reader {
  read(tensors: OrtTensors, specs: Specs): Promise<OrtTensors>;
  dispose(): Promise<void>;
}

/** ONNX Runtime's Node binding can't download a tensor; a program that hands its inputs through can. */
export function createReader(provider: Provider): Reader {
  const sessions = new Map<string, Promise<ort.InferenceSession>>();

  const sessionFor = (specs: Specs): Promise<ort.InferenceSession> => {
    const key = JSON.stringify(specs);
    const known = sessions.get(key);
    if (known) return known;
    const model = handingThrough(specs);
    const opened = openSession("state", model, { provider, threads: 1, weights: {}, fuse: false });
    sessions.set(key, opened);
    return opened;
  };

  return {
    read: async (tensors, specs) => {
      const names = Object.keys(tensors).filter((name) => isOnGpu(tensors[name]!));
      if (names.length === 0) return tensors;
      const wanted = Object.fromEntries(names.map((name) => [name, specs[name]!]));
      const session = await sessionFor(wanted);
      const results = await session.run(
        Object.fromEntries(names.map((name) => [`in:${name}`, tensors[name]!])),
      );
      const read = names.map((name) => [name, results[`out:${name}`]!] as const);
      return { ...tensors, ...Object.fromEntries(read) };
    },
    dispose: async () => {
      const opened = await Promise.all(sessions.values());
      sessions.clear();
      for (const session of opened) await session.release();
    },
  };
}

/** A model that hands each input `in:name` through to the output `out:name`. */
export const handingThrough = (specs: Specs): Uint8Array =>
  modelProto({
    nodes: Object.keys(specs).map((name) => ({
      type: "Identity",
      inputs: [`in:${name}`],
      outputs: [`out:${name}`],
      attrs: {},
      domain: "",
    })),
    initializers: [],
    inputs: Object.entries(specs).map(([name, spec]) => [`in:${name}`, spec] as const),
    outputs: Object.entries(specs).map(([name, spec]) => [`out:${name}`, spec] as const),
  });
