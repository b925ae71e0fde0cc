import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { loadDataSets, parseTrainConfig, train } from "@cliptune/trainer";
import sharp from "sharp";
import { expect, test, vi } from "vitest";
import { temporaryDir, tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
vi.setConfig({ testTimeout: 60_000 });

/** Four pictures; the last has no channel. */
async function channel(): Promise<string> {
  const dir = await temporaryDir();
  await mkdir(join(dir, "images"));
  const rows = ["red", "green", "blue", "black"].map((color, i) => ({
    ...{
      file_name: `images/${color}.png`,
      title: color,
      captions: [`a ${color} bar`, `${color}!`],
    },
    ...{ views: 10 * i, note: null, ...(color !== "black" && { channel: "square" }) },
  }));
  for (const { file_name, title } of rows) {
    const create = { width: 32, height: 32, channels: 3, background: title } as const;
    await sharp({ create }).png().toFile(join(dir, file_name));
  }
  await writeFile(join(dir, "metadata.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  return dir;
}

const read = async (path: string, captions: string[]) => {
  const config = parseTrainConfig({ data: { train: [{ path, captions }] }, batchSize: 2 });
  const { train: sets } = await loadDataSets(config);
  return sets[0]!.pairs.map(({ captions }) => captions);
};

test("each template is a caption, {caption} one for each of the set's own; a form without its field is left out", async () => {
  const path = await channel();
  expect(await read(path, ["{title}", "{title} by {channel}, seen {views} times"])).toEqual([
    ["red", "red by square, seen 0 times"],
    ["green", "green by square, seen 10 times"],
    ["blue", "blue by square, seen 20 times"],
    ["black"],
  ]);
  const [red, , , black] = await read(path, ["{channel}: {caption}", "{channel}"]);
  expect(red).toEqual(["square: a red bar", "square: red!", "square"]);
  expect(black).toEqual(["a black bar", "black!"]); // no form fits: its own
});

test("a field that no pair has is an error that names the fields there are", async () => {
  const path = await channel();
  for (const field of ["chanel", "note"]) {
    await expect(read(path, ["{title}", `by {${field}}`])).rejects.toThrow(
      `captions of ${path} name {${field}}, which no pair has; the fields are title, caption, views, channel.`,
    );
  }
});

test.each(["no field", "{title", "{}", "{a{b}}"])("%j is no template", (template) => {
  const data = { train: [{ path: ".", captions: [template] }] };
  expect(() => parseTrainConfig({ data })).toThrow(/needs a field in braces[\s\S]*captions\[0\]/);
});

test("training draws the forms, and nothing else", async () => {
  const path = await channel();
  const engine = await createEngine("auto");
  const given = world.full({
    ...{ data: { train: [{ path, captions: ["{title}", "a {title} {channel}"] }] } },
    ...{ batchSize: 4, steps: 12, optimizer: { learningRate: 1e38, clipNorm: 0, warmup: 0 } },
  });
  const outDir = join(world.dir, "captions");
  // The file that names a batch without a finite loss has its captions.
  await expect(train(given, { outDir, engine, model: world.model })).rejects.toThrow(/^Step 2/);
  const { items } = JSON.parse(await readFile(join(outDir, "non-finite-batch.json"), "utf8"));
  for (const { caption } of items) {
    expect(caption).toMatch(/^(black|red|green|blue|a (red|green|blue) square)$/);
  }
  await engine.dispose();
});
