import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seriousFindings } from "./axe";
import { findChromium, launchBrowser } from "./browser";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawManyShapes } from "./small-index";
import { type AppProcess, startApp } from "./start-app";
import { watchedPage } from "./watched-page";

const chromium = await findChromium();
if (chromium === undefined) console.warn("skipped: no Chromium at CHROMIUM or /usr/bin/chromium");

describe.skipIf(chromium === undefined)("how the search page looks and weighs", () => {
  let dir: string;
  let app: AppProcess;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "cliptune-search-look-"));
    const pictures = await drawManyShapes();
    await buildSmallIndex(join(dir, "index"), tinyModelDir, pictures);
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

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test.each([360, 1024, 2560])(
      "at %d pixels: fits, serves everyone, moves nothing",
      async (width) => {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 800 });
        await page.addInitScript(() => {
          const shifts = { sum: 0 };
          Object.assign(window, { shifts });
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              const { value, hadRecentInput } = entry as PerformanceEntry & {
                value: number;
                hadRecentInput: boolean;
              };
              if (!hadRecentInput) shifts.sum += value;
            }
          }).observe({ type: "layout-shift", buffered: true });
        });
        await page.goto("/?q=red&plus=circle&minus=square^0.5&like=gold-circle-0.png");
        await page.waitForLoadState("networkidle");
        const fits = () =>
          page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(await fits()).toBeLessThanOrEqual(0);
        expect(await page.evaluate(() => Reflect.get(window, "shifts").sum)).toBeLessThan(0.01);
        expect(await seriousFindings(page)).toEqual([]);
        const filters = page.getByRole("button", { name: "Filter", exact: true });
        await expect
          .poll(() => filters.evaluate((one) => Object.keys(one).length))
          .toBeGreaterThan(0);
        await filters.click();
        expect(await fits()).toBeLessThanOrEqual(0);
        expect(await seriousFindings(page)).toEqual([]);
        await page
          .getByRole("list", { name: /^Results/ })
          .getByRole("listitem")
          .first()
          .getByRole("button")
          .click();
        await page.getByRole("dialog").getByRole("listitem").last().getByRole("button").waitFor();
        expect(await seriousFindings(page)).toEqual([]);
      },
    );
  });

  test("the first page's scripts are less than 150 kB gzipped", async () => {
    const scripts: Promise<number>[] = [];
    page.on("response", (response) => {
      if (!/\.js(\?|$)/.test(response.url())) return;
      scripts.push(
        response
          .request()
          .sizes()
          .then(({ responseBodySize }) => responseBodySize),
      );
    });
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    const sizes = await Promise.all(scripts);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
  });
});
