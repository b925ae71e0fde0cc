// Makes the README's pictures of the page: `node apps/web/scripts/screenshots.mjs [--index DIR] [--runs DIR] [--out DIR]`,
// on what the demo leaves once its page has Compare; with --all, of every state.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { start } from "../start.mjs";

const { values } = parseArgs({
  options: {
    index: { type: "string", default: ".cliptune/demo/index" },
    runs: { type: "string", default: ".cliptune/demo" },
    out: { type: "string", default: "docs/screenshots" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
    all: { type: "boolean", default: false },
  },
});

const pictures = [
  { name: "search", path: "/?q=no+bicycles", theme: "light" },
  { name: "search-dark", path: "/?q=warning+animals&minus=horse", theme: "dark" },
  { name: "compare", path: "/compare?q=no+bicycles&strength=1", theme: "light" },
  { name: "map", path: "/map?q=no+bicycles&q=animals", theme: "light" },
  { name: "curves", path: "/runs/run", theme: "dark" },
].map((picture) => ({ ...picture, width: 1280, height: 800 }));

// Every state at every width, to be looked at; not kept.
const states = {
  sample: "/",
  terms: "/?q=animal&plus=red^0.5&minus=horse",
  filters: `/?q=speed&filter=${encodeURIComponent('[{"field":"country","in":["Germany"]}]')}`,
  nothing: "/?q=zxqv+wvut",
  korean: "/?q=bicycle",
  map: "/map?q=no+bicycles&field=category",
  plane: "/map?view=plane&q=no+bicycles",
  compare: "/compare?q=no+bicycles&strength=0.5",
  ask: "/compare",
  runs: "/runs",
  curves: "/runs/run",
};
const widths = { 360: 740, 1024: 768, 2560: 1440 };
const checks = Object.entries(states).flatMap(([name, path]) =>
  Object.entries(widths).flatMap(([width, height]) =>
    ["light", "dark"].map((theme) => ({
      ...{ name: `${name}-${width}-${theme}`, path, width: Number(width), height, theme },
      locale: name === "korean" ? "ko" : "en",
    })),
  ),
);

const app = await start({ index: values.index, runs: values.runs, port: 0 });
const browser = await chromium.launch({
  executablePath: values.chromium,
  args: ["--no-sandbox", "--disable-gpu"],
});
await untilMade(`${app.url}/api/map`);
await mkdir(values.out, { recursive: true });
for (const { name, path, width, height, theme, locale = "en" } of values.all ? checks : pictures) {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: theme,
    locale,
    reducedMotion: "reduce",
  });
  await page.goto(app.url + path, { waitUntil: "networkidle" });
  await page.locator("html[data-ready]").waitFor();
  const file = join(values.out, `${name}.webp`);
  await sharp(await page.screenshot())
    .webp({ quality: 80 })
    .toFile(file);
  console.log(file);
  await page.close();
}
await browser.close();
await app.close();

/** The map is made at the first visit. */
async function untilMade(address) {
  for (;;) {
    const reply = await (await fetch(address)).json();
    if (reply.status !== "making") return;
    await new Promise((done) => setTimeout(done, 500));
  }
}
