import { heldValue } from "../held-value.js";
import type { Arrays, Specs } from "../types.js";
import type { BufferHandle, Client, HostArray, Upload } from "./client.js";

/** An array on every device: the same on each, or a share of its rows. */
export type Placed = readonly BufferHandle[];

/** Arrays on the devices, by name. */
export type Buffers = Map<string, Placed>;

/** The buffers behind each `Constants` and `State` of one engine. */
export type Holds = WeakMap<object, Buffers>;

export const heldBy = (holds: Holds, owner: object): Buffers => heldValue("xla", holds, owner);

/** Gives the device memory behind `owner` back; does nothing the second time. */
export function drop(client: Client, holds: Holds, owner: object): void {
  for (const placed of holds.get(owner)?.values() ?? []) release(client, placed);
  holds.delete(owner);
}

export const release = (client: Client, placed: Placed): void => {
  for (const buffer of placed) client.release(buffer);
};

export interface Uploads {
  readonly buffers: Buffers;
  /** Resolves when the arrays are the caller's to change again. */
  readonly done: Promise<unknown>;
}

/** The rows of an array that fall to one of several devices. */
function share({ dtype, shape, data }: HostArray, device: number, devices: number): HostArray {
  const rows = shape[0]! / devices;
  const size = data.byteLength / devices;
  const part = new Uint8Array(data.buffer, data.byteOffset + device * size, size);
  return { dtype, shape: [rows, ...shape.slice(1)], data: part };
}

/**
 * Starts copying arrays to the devices.
 *
 * @param isSplit whether an array is split by rows; else every device gets all of it
 */
export function uploadAll(
  client: Client,
  arrays: Readonly<Record<string, HostArray>>,
  isSplit: (name: string) => boolean = () => false,
): Uploads {
  const { devices } = client;
  const uploads: Array<readonly [string, Upload[]]> = [];
  try {
    for (const [name, array] of Object.entries(arrays)) {
      const parts: Upload[] = [];
      uploads.push([name, parts]);
      for (let device = 0; device < devices; device++) {
        const part = isSplit(name) ? share(array, device, devices) : array;
        parts.push(client.upload(part, device));
      }
    }
  } catch (cause) {
    for (const { buffer } of uploads.flatMap(([, parts]) => parts)) client.release(buffer);
    throw cause;
  }
  const done = Promise.all(uploads.flatMap(([, parts]) => parts.map((upload) => upload.done)));
  // Who does not wait learns of a failed copy from the step that reads the buffer.
  done.catch(() => undefined);
  return {
    buffers: new Map(uploads.map(([name, parts]) => [name, parts.map(({ buffer }) => buffer)])),
    done,
  };
}

/** Copies arrays that are the same on every device to the host; the copies have all begun when this returns. */
export async function downloadAll(client: Client, buffers: Buffers, specs: Specs): Promise<Arrays> {
  const copies = [...buffers].map(async ([name, [first]]) => {
    return [name, await client.download(first!, specs[name]!)] as const;
  });
  return Object.fromEntries(await Promise.all(copies));
}
