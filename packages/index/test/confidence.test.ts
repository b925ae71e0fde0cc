import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createIndexWriter, readManifest } from "@cliptune/index";
import { expect, onTestFinished, test } from "vitest";
import { openParts } from "../dist/open-index.js";
import { type Background, judgeOf, standOut } from "../dist/search/background.js";
import { backgroundOf } from "../dist/search/background-file.js";
import { discriminant } from "../dist/search/discriminant.js";
import { areaUnderCurve, fitLogistic } from "../dist/search/logistic.js";
import { measureBackground } from "../dist/search/measure-background.js";
import { opened, seededNumbers, temporaryDir, unitRows } from "./seeded.js";

const dimension = 32;
const count = 200;
const pictures = unitRows(count, dimension);
const cone = unitRows(1, dimension, 8);

/** Texts lie in a cone of their own, those that end in a picture's number towards that picture. */
function encoderOf(names: (text: string) => number | undefined) {
  let calls = 0;
  return {
    dimension,
    get calls() {
      return calls;
    },
    async encodeTexts(texts: readonly string[]) {
      calls++;
      const rows = new Float32Array(texts.length * dimension);
      for (const [i, text] of texts.entries()) {
        const place = names(text);
        const seed = [...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) | 0;
        const noise = unitRows(1, dimension, seed);
        const row = rows.subarray(i * dimension, (i + 1) * dimension);
        for (let j = 0; j < dimension; j++) {
          const meant = place === undefined ? 0 : pictures[place * dimension + j]!;
          row[j] = cone[j]! + 0.6 * noise[j]! + 0.6 * meant;
        }
        const norm = Math.hypot(...row);
        for (let j = 0; j < dimension; j++) row[j]! /= norm;
      }
      return rows;
    },
  };
}

const numbered = (text: string) => {
  const number = / (\d+)$/.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
};

async function writeIndex(title: (i: number) => string, fingerprint = "model-a") {
  const dir = join(await temporaryDir(), "index");
  const writer = await createIndexWriter({ dir, dimension, fingerprint });
  for (let i = 0; i < count; i++) {
    const vector = pictures.subarray(i * dimension, (i + 1) * dimension);
    await writer.add({ id: `${i}`, title: title(i), fields: {} }, vector);
  }
  await writer.commit();
  return dir;
}

async function partsOf(dir: string) {
  const parts = await openParts(dir, await readManifest(dir));
  onTestFinished(async () => {
    parts.items.close();
    await parts.index.close();
    await parts.thumbnails.close();
  });
  return parts;
}

test("confidence tells titles that were not fitted from texts about nothing, where scores can't", async () => {
  const index = await opened(await writeIndex((i) => `thing ${i}`));
  const { encodeTexts } = encoderOf(numbered);
  await index.prepareConfidence(encodeTexts);
  const ask = async (text: string) => {
    const vector = await encodeTexts([text]);
    const terms = [{ kind: "text", weight: 1, vector }] as const;
    return (await index.query({ vector, terms }, { k: 3 })).confidence!;
  };
  const odd = Array.from({ length: 60 }, (_, i) => 2 * i + 1); // the even ones were fitted
  const present = await Promise.all(odd.map((i) => ask(`thing ${i}`)));
  const absent = await Promise.all(odd.map((i) => ask(`${i} of nothing at all`)));
  expect(areaUnderCurve(present, absent)).toBeGreaterThan(0.9);
  const said = (values: number[]) => values.filter((value) => value >= 0.5).length / values.length;
  expect(said(present)).toBeGreaterThan(0.7);
  expect(said(absent)).toBeLessThan(0.3);
});

test("titles that say nothing of their pictures are not learnt from", async () => {
  const parts = await partsOf(await writeIndex((i) => `IMG_${10_000 + i} copy`));
  const { encodeTexts } = encoderOf(() => undefined);
  const { domain, byText } = await measureBackground(parts, encodeTexts);
  expect(domain.every((value) => value === 0)).toBe(true);
  expect(byText.z).toBeGreaterThan(0);
});

test("an own picture of the index fits it, for a model that reads no texts too", async () => {
  const dir = await writeIndex((i) => `thing ${i}`);
  const index = await opened(dir);
  const { UserError } = await import("@cliptune/engine");
  await index.prepareConfidence(() => Promise.reject(new UserError("There is no tokenizer.")));
  const vector = pictures.slice(5 * dimension, 6 * dimension);
  const terms = [{ kind: "picture", weight: 1, vector }] as const;
  const { confidence, hits } = await index.query({ vector, terms }, { k: 3 });
  expect(hits[0]!.confidence).toBe(confidence);
  expect(confidence).toBeGreaterThan(0.9);
  expect(hits[0]!.confidence).toBeGreaterThan(hits[1]!.confidence!);
});

test("the background is measured once for a model, and again when its file is damaged", async () => {
  const dir = await writeIndex((i) => `thing ${i}`);
  const parts = await partsOf(dir);
  const encoder = encoderOf(numbered);
  const { encodeTexts } = encoder;
  const first = await backgroundOf(parts, encodeTexts);
  expect(encoder.calls).toBe(1);
  expect(await backgroundOf(parts, encodeTexts)).toEqual(first);
  expect(encoder.calls).toBe(1);
  for (const text of ["", "{", '{"checksum":"","text":"{}"}', "null"]) {
    await writeFile(join(dir, "background.json"), text);
    expect(await backgroundOf(parts, encodeTexts)).toEqual(first);
  }
  expect(encoder.calls).toBe(5);

  const writer = await createIndexWriter({ dir, dimension, fingerprint: "model-b" });
  for (let i = 0; i < 30; i++) {
    const vector = pictures.subarray(i * dimension, (i + 1) * dimension);
    await writer.add({ id: `${i}`, title: `thing ${i}`, fields: {} }, vector);
  }
  await writer.commit();
  await backgroundOf(await partsOf(dir), encodeTexts);
  expect(encoder.calls).toBe(6);
});

test("standOut is the z-score among other queries' scores with the same item", async () => {
  const index = await opened(await writeIndex(() => ""));
  const others = unitRows(50, dimension, 4);
  const rows = await index.nearest(others.slice(0, dimension), 3);
  const search = { dimension, vectors: async () => pictures.slice(0, 3 * dimension) };
  const found = rows.map(({ score }, label) => ({ label, score }));
  const zs = await standOut(search as never, found, others);
  for (const [i, z] of zs.entries()) {
    const scores = Array.from({ length: 50 }, (_, n) => {
      let sum = 0;
      for (let j = 0; j < dimension; j++) {
        sum += others[n * dimension + j]! * pictures[i * dimension + j]!;
      }
      return sum;
    });
    const mean = scores.reduce((sum, score) => sum + score, 0) / 50;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 50;
    expect(z).toBeCloseTo((found[i]!.score - mean) / Math.sqrt(variance), 4);
  }
});

test("queries of several terms are compared with others of the same form", () => {
  const texts = unitRows(4, dimension, 5);
  const flat = { z: 1, domain: 0, constant: 0 };
  const background: Background = {
    ...{ texts, pictures, byText: flat, byPicture: flat },
    domain: new Float32Array(dimension),
  };
  const vector = texts.slice(0, dimension);
  const judge = judgeOf(background, [
    { kind: "text", weight: 1, vector },
    { kind: "picture", weight: -0.5, vector },
  ]);
  // Row 1: text 1, and picture (1 + 31) half away from it.
  const sum = Array.from({ length: dimension }, (_, j) => {
    return texts[dimension + j]! - 0.5 * pictures[32 * dimension + j]!;
  });
  const norm = Math.hypot(...sum);
  for (let j = 0; j < dimension; j++) {
    expect(judge.others[dimension + j]).toBeCloseTo(sum[j]! / norm, 5);
  }
  expect(judge.probability(0)).toBe(0.5);
});

test("discriminant: the difference of the means, by the inverse of the spread", () => {
  // Spread along x is 100 times that along y; the means differ by (1, 1): nearly all lies in y.
  const square = (x: number, y: number) =>
    [
      [-1, -0.1],
      [-1, 0.1],
      [1, -0.1],
      [1, 0.1],
    ].map(([dx, dy]) => Float32Array.of(x + dx!, y + dy!));
  const direction = discriminant(square(1, 1), square(0, 0));
  // Both covariances are diag(4/3, 4/300); their traces add up to 404/150, a tenth of it over D = 2
  // is added: diag(2.8013, 0.16133), whose inverse times (1, 1) is (0.35697, 6.1983).
  const norm = Math.hypot(0.35697, 6.1983);
  expect(direction[0]).toBeCloseTo(0.35697 / norm, 3);
  expect(direction[1]).toBeCloseTo(6.1983 / norm, 3);
});

test("fitLogistic: even between the classes, however many each has, and blind to what is noise", () => {
  const next = seededNumbers(9);
  const examples = Array.from({ length: 300 }, (_, i) => {
    const positive = i % 3 === 0;
    return { features: [(positive ? 4 : 2) + next(), next()], positive };
  });
  const [slope, noise, constant] = fitLogistic(examples);
  expect(-constant! / slope!).toBeCloseTo(3, 0);
  expect(Math.abs(noise! / slope!)).toBeLessThan(0.2);
});
