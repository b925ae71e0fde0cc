import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTokenizer, loadModel, writeSafetensors } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { parseTrainConfig, readMetrics, train } from "@cliptune/trainer";
import { expect, test, vi } from "vitest";
import { thinned } from "../dist/captions.js";
import { stream } from "../dist/random.js";
import { createTokenTable } from "../dist/token-table.js";
import { readVectors } from "../dist/vectors.js";
import { tinyWorld } from "./tiny-world.js";

vi.setConfig({ testTimeout: 120_000 });
const world = await tinyWorld();
const texts = [["red circle", "a red circle"], ["blue bar"], ["green square"], ["black triangle"]];

async function writeVectors(name: string, lines: readonly (readonly string[])[] = texts) {
  const dir = join(world.dir, name);
  mkdirSync(dir);
  writeFileSync(
    join(dir, "texts.jsonl"),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  const width = world.model.config.projectionDim;
  const data = new Float32Array(texts.length * width);
  for (const row of texts.keys()) data[row * width + row] = 1;
  const vectors = { dtype: "float32", shape: [texts.length, width], data } as const;
  await writeSafetensors(join(dir, "vectors.safetensors"), { vectors });
  return dir;
}
const dir = await writeVectors("vectors");

test("embeddings in place of pictures come with texts, a line a row", async () => {
  const pairs = await readVectors(dir);
  expect(pairs.map(({ title, captions }) => ({ title, captions }))).toEqual(
    texts.map((captions) => ({ title: captions[0], captions })),
  );
  expect([...pairs[2]!.vector!.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
  const fewer = await writeVectors("fewer", texts.slice(1));
  await expect(readVectors(fewer)).rejects.toThrow(/has 3 lines, but .* has 4 rows/);
  const empty = await writeVectors("empty", [...texts.slice(1), []]);
  await expect(readVectors(empty)).rejects.toThrow("texts.jsonl:4 is no list of texts");
});

test("they ask for a frozen image tower and for losses that look at no picture", () => {
  const parse = (more: object) =>
    parseTrainConfig({ data: { train: [{ vectors: dir }] }, batchSize: 4, ...more });
  const mode = { image: "frozen", text: "full" };
  expect(parse({ mode }).data.train[0]!.vectors).toBe(dir);
  expect(() => parse({ mode: "full" })).toThrow("may hold vectors only");
  expect(() => parse({ mode, accumulate: 2 })).toThrow("may hold vectors only");
  expect(() => parse({ mode, loss: [{ ntXent: 1 }] })).toThrow("may hold vectors only");
  const both = { mode, data: { train: [{ vectors: dir, path: dir }] } };
  expect(() => parse(both)).toThrow('needs exactly one of "path"');
});

test("the text tower learns them, the image tower stays", async () => {
  const engine = await createEngine("auto");
  const outDir = join(world.dir, "learnt");
  const config = parseTrainConfig({
    ...{ mode: { image: "frozen", text: "full" }, batchSize: 4, steps: 30 },
    data: { train: [{ vectors: dir }], maxTokens: 4 },
    loss: [{ alignment: 1 }],
    optimizer: { learningRate: 1e-2 },
  });
  await train(config, { outDir, engine, model: world.model });
  const losses = (await readMetrics(join(outDir, "metrics.jsonl"))).flatMap((record) =>
    record.type === "step" ? [record.loss] : [],
  );
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  const { weights } = await loadModel(join(outDir, "model"));
  const kept = "vision_model.post_layernorm.weight";
  expect(weights[kept]!.data).toEqual(world.model.weights[kept]!.data);
  const learnt = "text_projection.weight";
  expect(weights[learnt]!.data).not.toEqual(world.model.weights[learnt]!.data);
  await engine.dispose();
});

test("a text beyond maxTokens is cut and keeps its end", () => {
  const { json } = world.model.tokenizer;
  const { contextLength, vocabSize } = { contextLength: 8, vocabSize: 100 };
  const tokenizer = createTokenizer(json, { contextLength, vocabSize });
  const [long, short] = ["a red circle red circle", "red"];
  const whole = createTokenTable(tokenizer, [long]).rows([long, short]);
  const cut = createTokenTable(tokenizer, [long], 4).rows([long, short]);
  const [start, end] = [whole.ids[0]!, whole.ids[whole.ends[0]!]!];
  expect(cut.length).toBe(4);
  expect([...cut.ends]).toEqual([3, 2]);
  expect([...cut.ids]).toEqual([
    ...[start, whole.ids[1], whole.ids[2], end],
    ...[start, whole.ids[whole.length + 1], end, end],
  ]);
});

test("dropWords leaves words out, never all, the same for the same draws", () => {
  const text = "one two three four";
  const drawn = thinned(Array(200).fill(text), 0.5, stream(1));
  expect(thinned(Array(200).fill(text), 0.5, stream(1))).toEqual(drawn);
  const kept = drawn.flatMap((thin) => thin.split(" "));
  expect(kept.length / 800).toBeGreaterThan(0.45);
  expect(kept.length / 800).toBeLessThan(0.6);
  expect(drawn.every((thin) => thin !== "")).toBe(true);
  expect(thinned([text], 0, stream(1))).toEqual([text]);
});
