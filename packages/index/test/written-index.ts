import { join } from "node:path";
import { createIndexWriter, type Fields, openIndex, type SearchIndex } from "@cliptune/index";
import { afterAll } from "vitest";
import { opened, temporaryDir, unitRows } from "./seeded.js";

export const dimension = 16;

export interface Row {
  readonly title?: string;
  readonly fields?: Fields;
}

interface Written {
  readonly vectors?: Float32Array;
  readonly exactBelow?: number;
}

/** The folder of a new index of `rows`. */
async function write(rows: readonly Row[], vectors: Float32Array): Promise<string> {
  const dir = join(await temporaryDir(), "index");
  const writer = await createIndexWriter({ dir, dimension, fingerprint: "model-a" });
  for (const [i, { title = "", fields = {} }] of rows.entries()) {
    const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
    await writer.add({ id: `${i}`, title, fields }, vector);
  }
  await writer.commit();
  return dir;
}

/** An index of a test's own, whose vectors are seeded unless given. */
export async function indexOf(
  rows: readonly Row[],
  { vectors = unitRows(rows.length, dimension), exactBelow = 2000 }: Written = {},
) {
  const dir = await write(rows, vectors);
  return { index: await opened(dir, { exactBelow }), vectors, dir };
}

/** An index that several tests only read. */
export async function sharedIndex(rows: readonly Row[], exactBelow = 2000): Promise<SearchIndex> {
  const dir = await write(rows, unitRows(rows.length, dimension));
  const index = await openIndex(dir, { exactBelow });
  afterAll(() => index.close());
  return index;
}

export const query = unitRows(1, dimension, 77);
export const ids = (answer: { hits: readonly { id: string }[] }) => answer.hits.map(({ id }) => id);

/** One row of every kind of field, and one with none. */
export const shelf: readonly Row[] = [
  { title: "Été", fields: { year: 1998, kind: "warning", lit: true, taken: "1998-06-01" } },
  {
    title: "Winter",
    fields: { year: 2005, kind: "Warning", lit: false, taken: "2005-12-31T23:30:00-02:00" },
  },
  { title: "spring", fields: { year: 2010.5, kind: "stop", taken: "2010-03-01" } },
  { title: "자전거 금지", fields: { year: -3, kind: "일시정지", lit: true } },
  { title: "bare" },
];
