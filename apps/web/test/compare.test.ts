import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seriousFindings } from "./axe";
import { findChromium, launchBrowser } from "./browser";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { writeSmallStrengths } from "./small-strengths";
import { type AppProcess, startApp } from "./start-app";
import { watchedPage } from "./watched-page";

const chromium = await findChromium();
if (chromium === undefined) console.warn("skipped: no Chromium at CHROMIUM or /usr/bin/chromium");

describe.skipIf(chromium === undefined)("the compare page in a browser", () => {
  let dir: string;
  let app: AppProcess;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "cliptune-compare-"));
    const model = await writeUntrainedModel(join(dir, "model"));
    await buildSmallIndex(join(dir, "index"), model, await drawShapes());
    await ensureBuilt();
    app = await startApp({ CLIPTUNE_INDEX: join(dir, "index") });
    browser = await launchBrowser(chromium as string);
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    ({ page, complaints } = await watchedPage(browser, app.url));
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const titles = (list: RegExp) =>
    page.getByRole("region", { name: list }).locator("[title]").allInnerTexts();

  test("says how to make strengths, and shows them once they are there, without a restart", async () => {
    await page.goto("/compare");
    await page.getByText("cliptune index strengths").waitFor();
    await writeSmallStrengths(join(dir, "index"), join(dir, "model"));
    await page.reload();
    await page.getByText("Describe a picture to see what training moved.").waitFor();
  });

  test("a query is answered by base and tuned, moves are marked, the slider changes the strength", async () => {
    await page.goto("/compare");
    await page.getByRole("searchbox").fill("a red circle");
    await page.getByRole("heading", { name: "Tuned, strength 1" }).waitFor();
    const base = await titles(/^Untuned base/);
    const tuned = await titles(/^Tuned/);
    expect(base).toHaveLength(12);
    expect(tuned).not.toEqual(base);
    const reply = await (
      await page.request.get("/api/compare?q=a+red+circle&strength=1&k=18")
    ).json();
    const risen = reply.tuned.findIndex(
      ({ otherRank }: { otherRank: number }, i: number) => i < 12 && otherRank > i + 1,
    );
    const row = page
      .getByRole("region", { name: /^Tuned/ })
      .getByRole("listitem")
      .nth(risen);
    await row.getByText(`up from place ${reply.tuned[risen].otherRank}`).waitFor();
    for (const [i, { otherRank }] of reply.tuned.entries())
      expect(reply.base[otherRank - 1].id).toBe(reply.tuned[i].id);
    await page.getByRole("slider", { name: /Strength of the adapter/ }).press("Home");
    await page.getByRole("heading", { name: "Tuned, strength 0" }).waitFor();
    expect(await titles(/^Tuned/)).toEqual(base);
    expect(await page.getByText("same place").count()).toBe(24);
    await page.getByRole("slider").press("ArrowRight");
    await page.getByRole("heading", { name: "Tuned, strength 0.5" }).waitFor();
    expect(new URL(page.url()).search).toBe("?q=a+red+circle&strength=0.5");
    await page.reload();
    await page.getByRole("heading", { name: "Tuned, strength 0.5" }).waitFor();
  });

  test("recall in and out of domain is drawn over the strengths", async () => {
    await page.goto("/compare");
    await page
      .getByRole("img", {
        name: /in-domain from 0.1 to 0.5 strength 2; out-of-domain from 0.6 to 0.2/,
      })
      .waitFor();
  });

  test.each([
    ["/api/compare", "Parameter q is missing"],
    ["/api/compare?q=a&strength=-1", "Parameter strength"],
    ["/api/compare?q=a&strength=0.75", "it must be one of 0, 0.5, 1, 2"],
  ])("%s is refused with a sentence", async (path, words) => {
    const response = await page.request.get(path);
    expect(response.status()).toBe(400);
    expect((await response.json()).error).toContain(words);
  });

  test.each([
    [360, "light"],
    [1024, "dark"],
    [2560, "light"],
  ] as const)(
    "at %d pixels, %s: nothing is too wide and axe finds nothing serious",
    async (width, colorScheme) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.goto("/compare?q=blue&strength=1");
      await page.waitForLoadState("networkidle");
      const widest = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(widest).toBeLessThanOrEqual(width);
      expect(await seriousFindings(page)).toEqual([]);
    },
  );
});
