import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  decodeImage,
  type Preprocessing,
  preprocessImage,
  type Size,
  targetSize,
} from "@cliptune/clip";
import { type BrokenPicture, describeBroken } from "./broken-pictures.js";
import { sha256 } from "./checksum.js";
import { fileStamp } from "./file-stamp.js";
import type { Fields, StoredItem } from "./item-store.js";
import { isThumbnail, makeThumbnail, thumbnailSize } from "./thumbnail.js";

export interface IndexItem {
  /** Its name in searches; each item needs its own. */
  readonly id: string;
  /** A path, or the bytes of a picture file. */
  readonly image: string | Uint8Array;
  readonly title: string;
  readonly fields?: Fields;
}

/** All that an index wants of a picture but its vector. */
export interface Picture {
  readonly item: StoredItem;
  /** `[S, S, 3]` for the image tower */
  readonly pixels: Uint8Array;
  /** WebP */
  readonly thumbnail: Uint8Array;
}

/** A picture that could not be read, and why. */
export interface Unreadable {
  readonly source: IndexItem;
  readonly error: Error;
  readonly broken: BrokenPicture;
}

/** Twice what the model sees, which is then resized as well as from the whole, and all of the thumbnail. */
function wantedOf(whole: Size, { resize }: Preprocessing): Size {
  const { width, height } = targetSize(whole, resize);
  const share = Math.min(1, thumbnailSize / Math.max(whole.width, whole.height));
  return {
    width: Math.max(2 * width, share * whole.width),
    height: Math.max(2 * height, share * whole.height),
  };
}

/** Decodes one picture; a broken one is a value, so that those decoded beside it go on. */
export async function readPicture(
  source: IndexItem,
  preprocessing: Preprocessing,
): Promise<Picture | Unreadable> {
  const { id, image, title, fields = {} } = source;
  try {
    // From the path, where there is one, since errors name it; read once from the disk all the same.
    const stamp = typeof image === "string" ? await fileStamp(image) : undefined; // before it is read
    const decoded = await decodeImage(image, (whole) => wantedOf(whole, preprocessing));
    const pixels = await preprocessImage(decoded ?? image, preprocessing);
    const bytes = typeof image === "string" ? await readFile(image) : image;
    const thumbnail = (await isThumbnail(bytes)) ? bytes : await makeThumbnail(decoded ?? bytes);
    const file = typeof image === "string" ? { file: resolve(image), ...(stamp && { stamp }) } : {};
    return { item: { id, title, fields, hash: sha256(bytes), ...file }, pixels, thumbnail };
  } catch (reason) {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    return { source, error, broken: await describeBroken(source) };
  }
}
