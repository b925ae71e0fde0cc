import { createEngine } from "@cliptune/engine";
import type { RetrievalMetrics } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { meanGap, pairAlignment, towerGeometry } from "../dist/embedding-geometry.js";
import { evaluatePrepared } from "../dist/evaluate.js";
import { engineProducts, plainProducts, rowsOf } from "../dist/inner-products.js";
import { stream } from "../dist/random.js";
import { placesOf, rank } from "../dist/retrieval.js";
import { isBetter } from "../dist/summary.js";
import { classEmbeddings, zeroShot } from "../dist/zero-shot.js";

const rows = (...vectors: number[][]) => rowsOf(Float32Array.from(vectors.flat()), vectors.length);
const keys = (...values: number[]) => Int32Array.from(values);
const scores = (...values: number[]) => Float32Array.from(values);
const products = plainProducts;

test("right answers in first place make every measure of ranking 1", async () => {
  const eye = rows([1, 0, 0], [0, 1, 0], [0, 0, 1]);
  const relevant = [keys(0), keys(1), keys(2)];
  const perfect = { r1: 1, r5: 1, r10: 1, mrr: 1, ndcg10: 1, medianRank: 1 };
  expect(await rank(eye, eye, { relevant, products })).toEqual(perfect);
});

test("any picture of the same title is right, and the places of all of them make the gain", async () => {
  const gallery = rows([0.1], [0.9], [0.5]);
  const found = await rank(rows([1]), gallery, { relevant: [keys(0, 1)], products });
  // Places 1 and 3: (1/log2(2) + 1/log2(4)) / (1/log2(2) + 1/log2(3)) = 1.5 / 1.6309
  expect(found).toMatchObject({ r1: 1, mrr: 1, medianRank: 1 });
  expect(found.ndcg10).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)), 9);
});

test("a rank of 6 is outside the first 5 and inside the first 10", async () => {
  const gallery = rows(...[9, 8, 7, 6, 5, 4, 3].map((score) => [score / 10]));
  const found = await rank(rows([1]), gallery, { relevant: [keys(5)], products });
  expect(found).toMatchObject({ r1: 0, r5: 0, r10: 1, mrr: 1 / 6, medianRank: 6 });
  expect(found.ndcg10).toBeCloseTo(1 / Math.log2(7), 9);
});

test("places: wrong answers come before right ones of the same score", () => {
  expect(placesOf(scores(0.5, 0.9, 0.5, 0.1), keys(0))).toEqual([3]);
  expect(placesOf(scores(0.5, 0.9, 0.5, 0.1), keys(0, 2))).toEqual([2, 3]);
  expect(placesOf(scores(0.5, 0.9, 0.5, 0.1), keys(3, 1))).toEqual([1, 4]);
  expect(placesOf(scores(1, 1, 1, 1), keys(1, 2))).toEqual([3, 4]);
});

test("places agree with sorting, with many ties and many right answers", () => {
  const random = stream(1, "places");
  for (let trial = 0; trial < 50; trial++) {
    const values = Float32Array.from({ length: 40 }, () => Math.floor(random() * 12));
    const right = keys(...[...values.keys()].filter((row) => row === 39 || random() < 0.3));
    const wrongFirst = [...values.keys()].sort(
      (a, b) => values[b]! - values[a]! || Number(right.includes(a)) - Number(right.includes(b)),
    );
    const sorted = wrongFirst.flatMap((row, i) => (right.includes(row) ? [i + 1] : []));
    expect(placesOf(values, right)).toEqual(sorted);
  }
});

test("a collapsed model, to which all pictures are equal, has recall 0", async () => {
  const flat = rows(...Array.from({ length: 20 }, () => [1, 0]));
  const relevant = Array.from({ length: 20 }, (_, i) => keys(i));
  const found = await rank(flat, flat, { relevant, products });
  expect(found).toMatchObject({ r10: 0, medianRank: 20 });
});

test("the engine's products are the plain ones, over more queries than a program takes", async () => {
  const random = stream(2, "products");
  const some = (n: number) =>
    rowsOf(
      Float32Array.from({ length: n * 8 }, () => random() - 0.5),
      n,
    );
  const [queries, gallery] = [some(300), some(41)];
  const engine = await createEngine("auto");
  const onEngine = engineProducts(engine);
  const [found, plain] = [
    await onEngine.products(queries, gallery),
    await products(queries, gallery),
  ];
  const same = rowsOf(new Float32Array(41 * 8).fill(1 / 3), 41);
  const equal = new Set(await onEngine.products(same, same));
  await onEngine.dispose();
  await engine.dispose();
  expect(equal.size).toBe(1); // so that a collapsed model's ties are seen
  expect(found).toHaveLength(300 * 41);
  expect(Math.max(...found.map((value, i) => Math.abs(value - plain[i]!)))).toBeLessThan(1e-6);
});

test("geometry equals its closed forms", async () => {
  const x = rows([1, 0], [0, 1]);
  const y = rows([0, 1], [0, 1]);
  expect(pairAlignment(x, y)).toBeCloseTo(1, 9); // (2 + 0) / 2
  expect(meanGap(x, y)).toBeCloseTo(Math.SQRT1_2, 6);
  const cross = await towerGeometry(x, products);
  expect(cross.uniformity).toBeCloseTo(-4, 6); // distance² 2, t = 2
  expect(cross).toMatchObject({ cosine: 0 });
  expect(cross.effectiveRank).toBeCloseTo(2, 6); // two equal singular values
  const line = await towerGeometry(y, products);
  expect(line).toMatchObject({ uniformity: 0, cosine: 1 });
  expect(line.effectiveRank).toBeCloseTo(1, 6);
  // More rows than columns: singular values 2 and 1, shares 2/3 and 1/3.
  const tall = await towerGeometry(rows([1, 0], [1, 0], [-1, 0], [-1, 0], [0, 1]), products);
  const entropy = -(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3);
  expect(tall.effectiveRank).toBeCloseTo(Math.exp(entropy), 6);
});

test("zero-shot: prompts are averaged, and classes count alike in the mean per class", async () => {
  const angles: Record<string, number> = { "a cat": 0, "the cat": 90, "a dog": 180, "the dog": 90 };
  const encoder = {
    encodeImages: async () => new Float32Array(),
    encodeTexts: async (texts: readonly string[]) =>
      Float32Array.from(
        texts.flatMap((text) => {
          const angle = (angles[text]! * Math.PI) / 180;
          return [Math.cos(angle), Math.sin(angle)];
        }),
      ),
  };
  const classes = await classEmbeddings(encoder, ["cat", "dog"], ["a {}", "the {}"]);
  const half = Math.SQRT1_2; // cat at 45°, dog at 135°
  for (const [i, value] of [half, half, -half, half].entries()) {
    expect(classes.data[i]).toBeCloseTo(value, 6);
  }
  const images = rows([1, 0], [1, 0], [-1, 0], [1, 0]);
  const found = await zeroShot(images, classes, { labels: keys(0, 0, 0, 1), products });
  // Cats: 2 of 3; dogs: 0 of 1.
  expect(found).toEqual({ classes: 2, top1: 0.5, top5: 1, meanPerClass: 1 / 3 });
});

test("the best checkpoint has the highest in-domain recall at 10 among those that keep the base's knowledge", () => {
  const metrics = (r10: number, r1 = 0) =>
    ({ textToImage: { r1, r5: 0, r10 } }) as RetrievalMetrics;
  const sets = (inside: number, outside: number) => ({
    inDomain: metrics(inside),
    outOfDomain: metrics(outside),
  });
  expect(isBetter(sets(0.5, 0.3), undefined)).toBe(true);
  expect(isBetter(sets(0.6, 0.1), sets(0.5, 0.3))).toBe(true);
  expect(isBetter(sets(0.6, 0.1), sets(0.5, 0.3), 0.25)).toBe(false);
  expect(isBetter(sets(0.5, 0.3), sets(0.6, 0.1), 0.25)).toBe(true);
  expect(isBetter(sets(0.5, 0.3), sets(0.5, 0.3))).toBe(false); // a tie keeps the earlier
  expect(isBetter({ inDomain: metrics(0.5, 0.2) }, { inDomain: metrics(0.5, 0.1) })).toBe(true);
});

test("titles that differ in case alone are one query, and a broken picture is in no measure", async () => {
  const pairs = ["Red Car", "red car", "boat", "boat"].map((title, i) => {
    const name = String(i);
    return { id: name, file: name, title, captions: [title] };
  });
  const load = async ({ id }: { readonly id: string }) =>
    id === "3" ? undefined : Uint8Array.of(id === "2" ? 1 : 0);
  const unit = (boat: boolean) => (boat ? [0, 1] : [1, 0]);
  const encoder = {
    encodeImages: async (pixels: Uint8Array) =>
      Float32Array.from([...pixels].flatMap((value) => unit(value === 1))),
    encodeTexts: async (texts: readonly string[]) =>
      Float32Array.from(texts.flatMap((text) => unit(text === "boat"))),
  };
  const found = await evaluatePrepared(encoder, { pairs, load }, { products, templates: ["{}"] });
  expect(found).toMatchObject({ n: 2, images: 3 });
  expect(found.textToImage.r1).toBe(1); // two equal rows of text would hide one another
  expect(found.imageToText.r1).toBe(1);
});
