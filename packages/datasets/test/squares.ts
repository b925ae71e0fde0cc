import { createWriteStream, mkdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { DataSetKind } from "@cliptune/datasets";
import sharp from "sharp";
import { pack } from "tar-stream";

/** What every form of the set below must be read as. */
export interface Expected {
  readonly title: string;
  readonly color: readonly [number, number, number];
  readonly views?: number;
  readonly split?: string;
  readonly label?: string;
}

export const squares: readonly Expected[] = [
  { title: "a red square", color: [255, 0, 0], views: 10, split: "train", label: "red" },
  { title: 'a "green", square', color: [0, 255, 0], views: 200, split: "train", label: "green" },
  {
    title: "ein blaues Quadrat 파란",
    color: [0, 0, 255],
    views: 3000,
    split: "test",
    label: "blue",
  },
];

export async function picture({ color: [r, g, b] }: Expected): Promise<Buffer> {
  return sharp({ create: { width: 24, height: 16, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

export async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

export async function putPictures(
  dir: string,
  name: (square: Expected, i: number) => string,
): Promise<void> {
  for (const [i, square] of squares.entries())
    await put(join(dir, name(square, i)), await picture(square));
}

export const lines = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

export const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export interface TarEntry {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export async function writeTar(
  path: string,
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  for await (const { name, content } of entries) {
    await new Promise<void>((done, fail) => {
      tar.entry({ name }, Buffer.from(content), (error) => (error ? fail(error) : done()));
    });
  }
  tar.finalize();
  await written;
}

/** One form of the same three pairs, written under a folder; resolves to the path to open. */
export interface Form {
  readonly kind: DataSetKind;
  /** What the form can't say. */
  readonly without?: readonly ("views" | "split" | "label" | "title")[];
  write(dir: string): Promise<string>;
}
