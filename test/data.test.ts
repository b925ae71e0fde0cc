import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { forms } from "../packages/datasets/test/forms.js";
import { shardForms } from "../packages/datasets/test/shard-forms.js";
import { emptyFolder, runCli } from "./repository/run-cli.js";

const folder = emptyFolder("data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = async (path: string, background: string) => {
  writeFileSync(
    path,
    await sharp({ create: { width: 60, height: 40, channels: 3, background } })
      .png()
      .toBuffer(),
  );
};

test("a folder is inspected, with a contact sheet, and split by a column", async () => {
  const dir = join(folder, "set");
  mkdirSync(dir);
  const colors = ["red", "green", "blue", "gold", "black", "white"];
  for (const color of colors) await put(join(dir, `${color}.png`), color);
  writeFileSync(join(dir, "broken.png"), "no picture");
  const rows = [...colors, "broken"].map(
    (color, i) => `${color}.png,a ${color} square,shop ${i % 3}`,
  );
  writeFileSync(join(dir, "pairs.csv"), `filepath,title,shop\n${rows.join("\n")}\n`);

  const sheets = join(folder, "sheets");
  const seen = await runCli(["data", "inspect", dir, "--out", sheets, "--json"]);
  expect(seen.stderr).toBe("");
  expect(JSON.parse(seen.stdout)).toMatchObject({
    ...{
      kind: "csv",
      pairs: 7,
      broken: { count: 1 },
      contactSheet: join(sheets, "contact-sheet.jpg"),
    },
    captions: { count: 7, tokenLimit: 32, cut: 0 },
  });
  const sheet = await sharp(join(sheets, "contact-sheet.jpg")).metadata();
  expect(sheet.format).toBe("jpeg");

  const out = join(folder, "split");
  const args = ["data", "split", dir, "--by", "shop", "--test", "0.4", "--out", out, "--json"];
  const split = await runCli(args);
  expect(split.stderr).toMatch(/left out: .*broken\.png is not a picture/);
  expect(JSON.parse(split.stdout)).toMatchObject({
    count: 6,
    groups: 3,
    splits: { test: 2, train: 4 },
  });
  expect(readFileSync(join(out, "metadata.jsonl"), "utf8")).toContain(
    '"file_name":"../set/red.png"',
  );
  expect((await runCli(["data", "split", dir, "--out", dir])).stderr).toMatch(
    /^error: .* is the data itself/,
  );
}, 60_000);

test("shards are indexed from where they lie, and evaluated and trained on unpacked", async () => {
  const dir = join(folder, "shards");
  mkdirSync(dir);
  const path = await shardForms["webdataset shards by their pattern"]!.write(dir);
  const index = join(folder, "shard-index");
  const built = await runCli(["index", "build", path, "--out", index, "--json"]);
  expect(JSON.parse(built.stdout)).toMatchObject({ count: 3, skipped: 0 });
  const found = await runCli(["search", "a red square", "--index", index, "--json"]);
  const { hits } = JSON.parse(found.stdout) as { hits: { id: string; fields: object }[] };
  expect(hits.map(({ id }) => id).sort()).toEqual([
    "00000/000000000",
    "00000/000000001",
    "00001/000000002",
  ]);

  const unpacked = ["--data-dir", join(folder, "data")];
  const evaluated = await runCli(["evaluate", path, ...unpacked, "--json"]);
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ n: 3, images: 3 });
  const config = join(folder, "train.json");
  const data = { train: [{ path: dir, split: "train" }] };
  writeFileSync(config, JSON.stringify({ data, batchSize: 2, steps: 1 }));
  const run = ["train", config, "--out", join(folder, "run"), ...unpacked, "--json"];
  const { stdout, stderr } = await runCli(run);
  expect(stderr).toMatch(/2 pairs, 1 steps an epoch/);
  expect(JSON.parse(stdout)).toMatchObject({ step: 1 });
}, 90_000);

test("a yt-dlp download is indexed with its fields", async () => {
  const dir = join(folder, "videos");
  mkdirSync(dir);
  await forms["a yt-dlp folder"]!.write(dir);
  const index = join(folder, "video-index");
  const built = await runCli(["index", "build", dir, "--out", index, "--json"]);
  expect(JSON.parse(built.stdout)).toMatchObject({ count: 3 });
  const query = ["search", "a square", "--index", index, "--where", "views>=200", "--json"];
  const { hits } = JSON.parse((await runCli(query)).stdout) as { hits: { fields: object }[] };
  expect(hits).toHaveLength(2);
  expect(hits[0]!.fields).toMatchObject({ channel: "A channel", date: "2024-01-31", duration: 61 });
}, 60_000);
