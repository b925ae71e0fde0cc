import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { materialise, tinyModelDir } from "@cliptune/data";
import type { IndexItem } from "@cliptune/index";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, launchBrowser } from "../apps/web/test/browser.js";
import { ensureBuilt } from "../apps/web/test/built-app.js";
import { buildSmallIndex } from "../apps/web/test/small-index.js";
import { type AppProcess, startApp } from "../apps/web/test/start-app.js";
import { rootDir } from "./repository/source-files.js";

// The bundled model was pre-trained on emoji, so it is asked for some of those that it has seen.
const titles = [
  ...["red apple", "pizza", "rocket", "banana", "cactus", "guitar", "octopus", "red heart"],
  ...["key", "rainbow", "penguin", "strawberry", "crown", "mushroom", "grapes", "broccoli"],
  ...["frog", "watermelon", "carrot", "umbrella"],
];
const typed = ["banana", "red heart", "watermelon", "penguin"];

const chromium = await findChromium();
if (chromium === undefined) console.warn("skipped: no Chromium at CHROMIUM or /usr/bin/chromium");

describe.skipIf(chromium === undefined)("end to end in a browser, with the bundled model", () => {
  let dir: string;
  let app: AppProcess;
  let browser: Browser;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "cliptune-browser-"));
    await buildSmallIndex(join(dir, "index"), tinyModelDir, await readPictures());
    await ensureBuilt();
    app = await startApp({ CLIPTUNE_INDEX: join(dir, "index") });
    browser = await launchBrowser(chromium as string);
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test.each(typed)("types “%s” and finds its picture first", async (title) => {
    const page = await browser.newPage();
    await page.goto(app.url);
    await page.keyboard.type(title, { delay: 20 });
    const list = page.getByRole("list", { name: `Results for ${title}` });
    const first = list.getByRole("listitem").first();
    await first.waitFor();
    expect(await first.locator("[title]").first().getAttribute("title")).toBe(title);
    const image = first.locator("img");
    await expect
      .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    await page.close();
  });
});

async function readPictures(): Promise<IndexItem[]> {
  const { dir } = await materialise("noto", join(rootDir, ".cliptune/data/noto"));
  const lines = (await readFile(join(dir, "metadata.jsonl"), "utf8")).trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as { file_name: string; title: string });
  const pictures = rows
    .filter(({ title }) => titles.includes(title))
    .map((row) => ({ id: row.file_name, image: join(dir, row.file_name), title: row.title }));
  expect(pictures).toHaveLength(titles.length);
  return pictures;
}
