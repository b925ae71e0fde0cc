import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { Pair } from "./folder.js";

/**
 * Embeddings in place of pictures, for a text tower to learn beside a frozen image tower (LiT): `vectors` `[n, D]` of
 * DIR/vectors.safetensors, and for each row a line of DIR/texts.jsonl, the texts that belong to it, its title first.
 *
 * @see LiT, https://arxiv.org/abs/2111.07991
 * @throws UserError when the two do not fit together
 */
export async function readVectors(dir: string): Promise<Pair[]> {
  const path = join(dir, "vectors.safetensors");
  const { tensors } = await readSafetensors(path);
  const vectors = tensors["vectors"];
  const [rows, width] = vectors?.shape ?? [];
  if (!vectors || rows === undefined || width === undefined || vectors.shape.length !== 2) {
    throw new UserError(`${path} has no matrix "vectors"; it needs one, a row an embedding.`);
  }
  const texts = join(dir, "texts.jsonl");
  const content = await readFile(texts, "utf8").catch(() => {
    throw new UserError(`There is no file of texts ${texts}; each row of ${path} needs a line.`);
  });
  const lines = content.trimEnd().split("\n");
  if (lines.length !== rows) {
    throw new UserError(`${texts} has ${lines.length} lines, but ${path} has ${rows} rows.`);
  }
  const data = vectors.data as Float32Array;
  return lines.map((line, i) => {
    const captions = parseTexts(line, `${texts}:${i + 1}`);
    const vector = data.subarray(i * width, (i + 1) * width);
    return { id: String(i), file: `${path}[${i}]`, title: captions[0]!, captions, vector };
  });
}

function parseTexts(line: string, where: string): string[] {
  try {
    const texts: unknown = JSON.parse(line);
    const isText = (text: unknown) => typeof text === "string" && text !== "";
    if (Array.isArray(texts) && texts.length > 0 && texts.every(isText)) return texts;
  } catch {
    // said below
  }
  throw new UserError(`${where} is no list of texts, such as ["red apple", "an apple"].`);
}
