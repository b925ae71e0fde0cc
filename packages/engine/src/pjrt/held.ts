import { heldValue } from "../held-value.js";
import type { Arrays, Specs } from "../types.js";
import type { BufferHandle, Client, HostArray } from "./client.js";

/** Device buffers by name. */
export type Buffers = Map<string, BufferHandle>;

/** The buffers behind each `Constants` and `State` of one engine. */
export type Holds = WeakMap<object, Buffers>;

export const heldBy = (holds: Holds, owner: object): Buffers => heldValue("xla", holds, owner);

/** Gives the device memory behind `owner` back; does nothing the second time. */
export function drop(client: Client, holds: Holds, owner: object): void {
  for (const buffer of holds.get(owner)?.values() ?? []) client.release(buffer);
  holds.delete(owner);
}

export interface Uploads {
  readonly buffers: Buffers;
  /** Resolves when the arrays are the caller's to change again. */
  readonly done: Promise<unknown>;
}

/** Starts copying arrays to the device. */
export function uploadAll(client: Client, arrays: Readonly<Record<string, HostArray>>): Uploads {
  const uploads = Object.entries(arrays).map(([name, a]) => [name, client.upload(a)] as const);
  const done = Promise.all(uploads.map(([, upload]) => upload.done));
  // Who does not wait learns of a failed copy from the step that reads the buffer.
  done.catch(() => undefined);
  return { buffers: new Map(uploads.map(([name, { buffer }]) => [name, buffer])), done };
}

/** Copies buffers to the host; the copies have all begun when this returns its promise. */
export async function downloadAll(client: Client, buffers: Buffers, specs: Specs): Promise<Arrays> {
  const copies = [...buffers].map(async ([name, buffer]) => {
    return [name, await client.download(buffer, specs[name]!)] as const;
  });
  return Object.fromEntries(await Promise.all(copies));
}
