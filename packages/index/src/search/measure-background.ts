import type { Encoder } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { OpenParts } from "../open-parts.js";
import type { Background, Logistic } from "./background.js";
import { backgroundTexts } from "./background-texts.js";
import { discriminant } from "./discriminant.js";
import { areaUnderCurve, fitLogistic, momentsOf } from "./logistic.js";
import { runQuery } from "./run-query.js";

/** Items, evenly spread, whose titles and pictures are asked for. */
const sampleSize = 100;

/** How people begin what a title only names; else a query would be strange for its wording alone. */
const openings = ["a picture of ", "show me ", "a photo of ", "find "];

/** Titles that find their pictures less well than this, against other texts, say nothing of them. */
const leastArea = 0.6;

/** A query with a known answer, or a background text. */
interface Asked {
  readonly vector: Float32Array;
  readonly positive: boolean;
  /** Half of all, so that nothing is judged by what it was learnt from. */
  readonly half: 0 | 1;
}

/**
 * Asks an index for what it holds, by some of its titles, and for what it hardly holds, by the
 * background's texts; fits the probability that a query is of the first kind.
 */
export async function measureBackground(
  parts: OpenParts,
  encodeTexts: Encoder["encodeTexts"],
): Promise<Background> {
  const ids: string[] = [];
  const labels: number[] = [];
  const titles: string[] = [];
  const { count } = parts.manifest;
  for (let i = 0; i < Math.min(count, sampleSize); i++) {
    const offset = Math.floor((i * count) / Math.min(count, sampleSize));
    const [row] = parts.items.page({ offset, limit: 1 });
    if (!row) continue;
    ids.push(row.item.id);
    labels.push(row.label);
    if (row.item.title.trim() !== "") titles.push(row.item.title);
  }
  const pictures = await parts.index.vectors(labels);
  const byPicture = await fitPictures(parts, { ids, pictures });
  const { texts, domain, byText } = await fitTexts(parts, { encodeTexts, titles });
  return { texts, domain, byText, pictures, byPicture };
}

/**
 * A picture fits when it is closer to something of the index than the loneliest tenth of the index's
 * own pictures are to anything else.
 */
async function fitPictures(
  parts: OpenParts,
  { ids, pictures }: { readonly ids: readonly string[]; readonly pictures: Float32Array },
): Promise<Logistic> {
  const { dimension } = parts.manifest;
  const found: number[] = [];
  for (const [i, id] of ids.entries()) {
    const vector = pictures.subarray(i * dimension, (i + 1) * dimension);
    found.push(await bestZ(parts, { vector, without: [id] }, pictures));
  }
  found.sort((left, right) => left - right);
  const even = found[Math.floor(found.length / 10)]!;
  const median = found[Math.floor(found.length / 2)]!;
  const z = Math.log(9) / Math.max(median - even, 0.1);
  return { z, domain: 0, constant: -z * even };
}

async function fitTexts(
  parts: OpenParts,
  { encodeTexts, titles }: { encodeTexts: Encoder["encodeTexts"]; titles: readonly string[] },
): Promise<Pick<Background, "texts" | "domain" | "byText">> {
  const { dimension } = parts.manifest;
  const styled = titles.map((title, i) => openings[i % openings.length]! + title);
  const rows = await encode(encodeTexts, [...backgroundTexts, ...titles, ...styled]);
  const row = (i: number) => rows.subarray(i * dimension, (i + 1) * dimension);
  const texts = rows.slice(0, Math.min(backgroundTexts.length * dimension, rows.length));
  const asked = Array.from({ length: rows.length / dimension }, (_, i): Asked => {
    const place = i - backgroundTexts.length;
    const positive = place >= 0;
    const half = ((positive ? place % titles.length : i) % 2) as 0 | 1;
    return { vector: row(i), positive, half };
  });
  const examples: (Asked & { readonly z: number })[] = [];
  for (const each of asked) {
    examples.push({ ...each, z: await bestZ(parts, { vector: each.vector }, texts) });
  }
  return { texts, ...fitExamples(examples, dimension) };
}

function fitExamples(
  examples: readonly (Asked & { readonly z: number })[],
  dimension: number,
): { domain: Float32Array; byText: Logistic } {
  const none = new Float32Array(dimension);
  const zs = (positive: boolean) =>
    examples.filter((each) => each.positive === positive).map((each) => each.z);
  const [titles, others] = [zs(true), zs(false)];
  if (others.length === 0) return { domain: none, byText: { z: 0, domain: 0, constant: 0 } };
  if (titles.length < 20 || areaUnderCurve(titles, others) < leastArea) {
    // Nothing is known of good queries: one must stand out from nearly all of the background.
    const { mean, deviation } = momentsOf(others);
    const z = 2 / deviation;
    return { domain: none, byText: { z, domain: 0, constant: -z * (mean + 2 * deviation) } };
  }
  const directions = [0, 1].map((half) =>
    directionOf(examples.filter((each) => each.half !== half)),
  );
  const [z, domain, constant] = fitLogistic(
    examples.map(({ vector, positive, half, z }) => {
      return { features: [z, along(directions[half]!, vector)], positive };
    }),
  );
  return { domain: directionOf(examples), byText: { z: z!, domain: domain!, constant: constant! } };
}

function directionOf(examples: readonly Asked[]): Float32Array {
  const vectors = (positive: boolean) =>
    examples.filter((each) => each.positive === positive).map(({ vector }) => vector);
  return discriminant(vectors(true), vectors(false));
}

function along(direction: Float32Array, vector: Float32Array): number {
  return direction.reduce((sum, value, i) => sum + value * vector[i]!, 0);
}

/** How far the best of an index stands out. */
async function bestZ(
  parts: OpenParts,
  query: { readonly vector: Float32Array; readonly without?: readonly string[] },
  others: Float32Array,
): Promise<number> {
  const judge = { others, probability: (z: number) => z };
  return (await runQuery(parts, { ...query, judge }, { k: 1 })).confidence ?? 0;
}

/** `[n, D]`, empty for a model without a tokenizer: it still finds pictures by pictures. */
async function encode(
  encodeTexts: Encoder["encodeTexts"],
  texts: readonly string[],
): Promise<Float32Array> {
  return encodeTexts(texts).catch((error: unknown) => {
    if (error instanceof UserError) return new Float32Array(0);
    throw error;
  });
}
