import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createIndexWriter,
  mapOf,
  openIndex,
  placeVector,
  type SearchIndex,
} from "@cliptune/index";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layOut } from "../src/map/lay-out.js";
import { principalAxes, project } from "../src/map/principal-axes.js";
import { umapLayout } from "../src/map/umap-layout.js";
import { seededNumbers as seeded } from "./seeded.js";

const dimension = 24;

/** `[n, D]` unit rows around as many centres, one after the other; `shift` moves all along one direction. */
function clusters(n: number, centres: number, { shift = 0, seed = 1 } = {}): Float32Array {
  const centre = seeded(99);
  const middles = Array.from({ length: centres }, () => Array.from({ length: dimension }, centre));
  const noise = seeded(seed);
  const rows = new Float32Array(n * dimension);
  for (let row = 0; row < n; row++) {
    const vector = middles[row % centres]!.map((value) => value + 0.1 * noise());
    vector[0]! += shift;
    const norm = Math.hypot(...vector);
    rows.set(
      vector.map((value) => value / norm),
      row * dimension,
    );
  }
  return rows;
}

const at = (points: Float32Array, i: number) => [points[2 * i]!, points[2 * i + 1]!] as const;
const apart = (points: Float32Array, i: number, j: number) =>
  Math.hypot(points[2 * i]! - points[2 * j]!, points[2 * i + 1]! - points[2 * j + 1]!);

describe("principal axes", () => {
  test("are the directions of most variance, and tell their shares", () => {
    const random = seeded(3);
    // Variances 9, 4 and 1 of independent coordinates, around (5, 0, -2), the first two turned by 30°.
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const rows = new Float32Array(3 * 20_000);
    for (let i = 0; i < rows.length; i += 3) {
      const [a, b, c] = [3, 2, 1].map((scale) => scale * Math.sqrt(3) * random()) as number[];
      rows.set([5 + cos! * a! - sin! * b!, sin! * a! + cos! * b!, -2 + c!], i);
    }
    const { mean, axes, shares } = principalAxes([{ rows, weight: 1 }], { dimension: 3, count: 2 });
    expect([...mean].map(Math.round)).toEqual([5, 0, -2]);
    const wanted = [cos, sin, 0, -sin, cos, 0];
    for (const [i, value] of [...axes].entries()) expect(value).toBeCloseTo(wanted[i]!, 1);
    expect(shares[0]).toBeCloseTo(9 / 14, 1);
    expect(shares[1]).toBeCloseTo(4 / 14, 1);
    const [x, y] = project(Float32Array.from([5, 0, -2]), { mean, axes });
    expect(Math.hypot(x!, y!)).toBeLessThan(0.1);
  });

  test("two kinds of rows count alike, however many there are of each", () => {
    const many = Float32Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const few = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0 : 1));
    const parts = [many, few].map((rows) => ({ rows, weight: 1 }));
    const { mean, axes, shares } = principalAxes(parts, { dimension: 2, count: 2 });
    expect([...mean].map((value) => value.toFixed(4))).toEqual(["0.5000", "0.5000"]);
    expect(Math.abs(axes[0]! - axes[1]!)).toBeCloseTo(Math.SQRT2, 4);
    expect(shares[0]).toBeCloseTo(1, 5);
  });
});

test("UMAP keeps neighbours together, and gives the same twice", () => {
  const rows = clusters(300, 6);
  const layout = umapLayout(rows, { dimension });
  expect(umapLayout(rows, { dimension })).toEqual(layout);
  const kept = Array.from({ length: 300 }, (_, i) => {
    const others = Array.from({ length: 300 }, (_, j) => j).filter((j) => j !== i);
    const closest = others.reduce((a, b) => (apart(layout, i, b) < apart(layout, i, a) ? b : a));
    return closest % 6 === i % 6;
  });
  expect(kept.filter(Boolean).length).toBeGreaterThan(290);
});

test("a handful of pictures, and copies of one, have a place too", () => {
  const few = layOut({ dimension, pictures: clusters(2, 2), titles: new Float32Array(0) });
  expect(few.neighbours).toHaveLength(4);
  expect(few.gap).toBeNull();
  const copies = layOut({ dimension, pictures: clusters(1, 1), titles: clusters(1, 1) });
  expect(copies.gap).toBeCloseTo(0, 5);
  const same = new Float32Array(20 * dimension);
  for (let row = 0; row < 20; row++) same.set(clusters(1, 1), row * dimension);
  const { neighbours, plane } = layOut({ dimension, pictures: same, titles: same });
  expect([...neighbours, ...plane].every(Number.isFinite)).toBe(true);
});

test("the gap is the distance of the means, and the plane shows it", () => {
  const [pictures, titles] = [clusters(120, 1), clusters(40, 1, { shift: 3, seed: 2 })];
  const { gap, plane, titles: placed, axes } = layOut({ dimension, pictures, titles });
  const mean = (rows: Float32Array, width = dimension) =>
    Array.from({ length: width }, (_, d) => {
      const column = rows.filter((_, i) => i % width === d);
      return column.reduce((sum, value) => sum + value, 0) / column.length;
    });
  const [a, b] = [mean(pictures), mean(titles)];
  expect(gap).toBeCloseTo(Math.hypot(...a.map((value, i) => value - b[i]!)), 5);
  const centre = (points: Float32Array) => mean(points, 2);
  const [[x, y], [u, v]] = [centre(plane), centre(placed)] as [number[], number[]];
  expect(Math.hypot(x! - u!, y! - v!)).toBeLessThanOrEqual(gap! + 1e-5);
  expect(Math.abs(x! - u!)).toBeGreaterThan(0.98 * gap!);
  expect(axes.shares[0]).toBeGreaterThan(axes.shares[1]!);
});

describe("the map of an index", () => {
  let dir: string;
  let index: SearchIndex;
  let encoded: string[];
  const vectors = clusters(60, 5);
  const encodeTexts = async (texts: readonly string[]) => {
    encoded.push(...texts);
    return clusters(texts.length, 5, { shift: 2, seed: 5 });
  };
  const files = async () => {
    const home = join(dir, "versions", index.manifest.version);
    return (await readdir(home)).filter((name) => name.startsWith("map"));
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "cliptune-map-"));
    const writer = await createIndexWriter({ dir, dimension, fingerprint: "clusters" });
    for (let i = 0; i < 60; i++) {
      const create = {
        width: 40,
        height: 20,
        channels: 3,
        background: { r: 4 * i, g: 0, b: 0 },
      } as const;
      const thumbnail = await sharp({ create }).webp({ lossless: true }).toBuffer();
      const title = i % 3 === 0 ? "" : `picture ${i}`;
      await writer.add(
        { id: `${i}`, title, fields: {} },
        vectors.slice(i * dimension, (i + 1) * dimension),
        thumbnail,
      );
    }
    await writer.commit();
    index = await openIndex(dir);
    encoded = [];
  });

  afterAll(async () => {
    await index.close();
    await rm(dir, { recursive: true, force: true });
  });

  test("an abort leaves nothing behind", async () => {
    const abort = new AbortController();
    const making = mapOf(
      dir,
      { index, encodeTexts },
      {
        signal: abort.signal,
        onProgress: () => abort.abort(new Error("enough")),
      },
    );
    await expect(making).rejects.toThrow("enough");
    expect(await files()).toEqual([]);
  });

  test("is made once, from pictures and titles, and read from then on", async () => {
    encoded = [];
    const told: number[] = [];
    const onProgress = (share: number) => told.push(share);
    const map = await mapOf(dir, { index, encodeTexts }, { onProgress });
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(map.labels).toHaveLength(60);
    expect(encoded).toHaveLength(40); // a third has no title
    const [second] = await index.itemsAt([map.labels[map.titleOf[1]!]!]);
    expect(second!.title).toBe("picture 2");
    expect((await files()).sort()).toEqual(["map.json", "map.webp"]);
    const { data, info } = await sharp(map.atlas).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, map.columns]).toEqual([8 * 32, 8 * 32, 8]);
    const pixel = (x: number, y: number) => data[info.channels * (y * info.width + x)]!;
    expect(Math.abs(pixel(32 * (50 % 8) + 16, 32 * 6 + 16) - 200)).toBeLessThan(12);
    expect(await mapOf(dir, { index, encodeTexts })).toEqual(map);
    expect(encoded).toHaveLength(40);
  });

  test.each(["map.json", "map.webp"])("a damaged %s counts as missing", async (name) => {
    const whole = await mapOf(dir, { index, encodeTexts });
    const path = join(dir, "versions", index.manifest.version, name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    const before = (await stat(path)).mtimeMs;
    expect(await mapOf(dir, { index, encodeTexts })).toEqual(whole);
    expect((await stat(path)).mtimeMs).toBeGreaterThan(before);
  });

  test("a query lies among the pictures it is closest to, and exactly in the plane", async () => {
    const map = await mapOf(dir, { index, encodeTexts });
    const row = vectors.slice(7 * dimension, 8 * dimension);
    const { neighbours, plane, closest } = await placeVector(map, index, row);
    expect(closest[0]).toBe(7);
    expect(closest.filter((i) => i % 5 === 2).length).toBe(12); // its whole cluster, then others
    const own = map.neighbours;
    const reach = Math.max(...closest.slice(0, 12).map((i) => apart(own, 7, i)));
    const [x, y] = at(own, 7);
    expect(Math.hypot(neighbours[0] - x, neighbours[1] - y)).toBeLessThan(reach);
    expect(plane[0]).toBeCloseTo(at(map.plane, 7)[0], 5);
    expect(plane[1]).toBeCloseTo(at(map.plane, 7)[1], 5);
  });

  test("of a large index, a part that is spread over all of it", async () => {
    expect([...(await index.labels(4))]).toEqual([0, 15, 30, 45]);
    expect(await index.labels(1000)).toHaveLength(60);
  });
});
