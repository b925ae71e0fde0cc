import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Encoder, replaceFile } from "@cliptune/clip";
import { sha256 } from "../checksum.js";
import type { OpenParts } from "../open-parts.js";
import type { Background, Logistic } from "./background.js";
import { backgroundTexts } from "./background-texts.js";
import { measureBackground } from "./measure-background.js";

/** An index that has grown or shrunk by more than this factor is measured again. */
const drift = 1.5;

interface Stored {
  /** Of the model and the texts: what the vectors depend on. */
  readonly key: string;
  readonly count: number;
  readonly texts: string;
  readonly domain: string;
  readonly pictures: string;
  readonly byText: Logistic;
  readonly byPicture: Logistic;
}

/**
 * The background of an index, from `background.json` in its directory, or measured and written
 * there. The file only saves time: where it can't be read, used or written, the measurement serves.
 */
export async function backgroundOf(
  parts: OpenParts,
  encodeTexts: Encoder["encodeTexts"],
): Promise<Background> {
  const { fingerprint, count } = parts.manifest;
  const key = sha256(`${fingerprint} ${JSON.stringify(backgroundTexts)}`);
  const path = join(parts.dir, "background.json");
  const stored = await readStored(path);
  if (stored?.key === key && Math.max(stored.count / count, count / stored.count) <= drift) {
    return unpack(stored);
  }
  const background = await measureBackground(parts, encodeTexts);
  const text = JSON.stringify({ key, count, ...pack(background) } satisfies Stored);
  const sealed = JSON.stringify({ checksum: sha256(text), text });
  await replaceFile(path, (file) => file.writeFile(sealed)).catch(() => undefined);
  return background;
}

async function readStored(path: string): Promise<Stored | undefined> {
  try {
    const { checksum, text } = JSON.parse(await readFile(path, "utf8")) as Record<string, string>;
    return checksum === sha256(text!) ? (JSON.parse(text!) as Stored) : undefined;
  } catch {
    return undefined;
  }
}

function pack({ texts, domain, pictures, byText, byPicture }: Background) {
  return {
    texts: toText(texts),
    domain: toText(domain),
    pictures: toText(pictures),
    byText,
    byPicture,
  };
}

function unpack({ texts, domain, pictures, byText, byPicture }: Stored): Background {
  return {
    texts: toFloats(texts),
    domain: toFloats(domain),
    pictures: toFloats(pictures),
    byText,
    byPicture,
  };
}

function toText(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

function toFloats(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
}
