import { createHash } from "node:crypto";
import { type DecodedPicture, decodePicture } from "./decode-picture";
import { Failure } from "./failure";

const mostBytes = 64_000_000;
const store = globalThis as typeof globalThis & { cliptunePictures?: Map<string, DecodedPicture> };

/**
 * Keeps a picture that was sent, so that searches can name it; the longest unused are forgotten.
 *
 * @returns its name, the same for the same picture
 */
export async function keepPicture(bytes: Uint8Array): Promise<{ id: string } & DecodedPicture> {
  const picture = await decodePicture(bytes);
  const id = createHash("sha256").update(picture.png).digest("hex").slice(0, 32);
  const kept = pictures();
  kept.delete(id);
  kept.set(id, picture);
  let total = [...kept.values()].reduce((sum, { png }) => sum + png.length, 0);
  for (const [oldest, { png }] of kept) {
    if (total <= mostBytes || oldest === id) break;
    kept.delete(oldest);
    total -= png.length;
  }
  return { id, ...picture };
}

/** @throws Failure 404 when it was never sent or is forgotten */
export function findPicture(id: string): DecodedPicture {
  const kept = pictures();
  const picture = kept.get(id);
  if (!picture) {
    throw new Failure(
      404,
      `The server does not know the picture ${JSON.stringify(id.slice(0, 40))} (any more); send it again.`,
    );
  }
  kept.delete(id); // and back as the latest used
  kept.set(id, picture);
  return picture;
}

function pictures(): Map<string, DecodedPicture> {
  store.cliptunePictures ??= new Map();
  return store.cliptunePictures;
}
