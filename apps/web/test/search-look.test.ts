import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { describe, expect, test } from "vitest";
import { seriousFindings } from "./axe";
import { browserSuite } from "./browser-suite";
import { buildSmallIndex, drawManyShapes } from "./small-index";

browserSuite(
  "how the search page looks and weighs",
  async (dir) => {
    const pictures = await drawManyShapes();
    await buildSmallIndex(join(dir, "index"), tinyModelDir, pictures);
    return { CLIPTUNE_INDEX: join(dir, "index") };
  },
  (suite) => {
    describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
      test.each([360, 1024, 2560])(
        "at %d pixels: fits, serves everyone, moves nothing",
        async (width) => {
          await suite.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          await suite.page.setViewportSize({ width, height: 800 });
          await suite.page.addInitScript(() => {
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
          await suite.page.goto("/?q=red&plus=circle&minus=square^0.5&like=gold-circle-0.png");
          await suite.page.waitForLoadState("networkidle");
          const fits = () =>
            suite.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(await fits()).toBeLessThanOrEqual(0);
          expect(await suite.page.evaluate(() => Reflect.get(window, "shifts").sum)).toBeLessThan(
            0.01,
          );
          expect(await seriousFindings(suite.page)).toEqual([]);
          const filters = suite.page.getByRole("button", { name: "Filter", exact: true });
          await expect
            .poll(() => filters.evaluate((one) => Object.keys(one).length))
            .toBeGreaterThan(0);
          await filters.click();
          expect(await fits()).toBeLessThanOrEqual(0);
          expect(await seriousFindings(suite.page)).toEqual([]);
          await suite.page
            .getByRole("list", { name: /^Results/ })
            .getByRole("listitem")
            .first()
            .getByRole("button")
            .click();
          await suite.page
            .getByRole("dialog")
            .getByRole("listitem")
            .last()
            .getByRole("button")
            .waitFor();
          expect(await seriousFindings(suite.page)).toEqual([]);
        },
      );
    });

    test("the largest thing that is painted is a result, and waits for no script", async () => {
      const { page } = suite;
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route(/\.js(\?|$)/, (route) => released.then(() => route.continue()));
      await page.goto("/?q=red&group=false", { waitUntil: "commit" });
      const largest = () =>
        page.evaluate(
          () =>
            new Promise<string>((done) => {
              const read = ({ getEntries }: { getEntries(): PerformanceEntryList }) => {
                const last = getEntries().at(-1) as PerformanceEntry & { element: Element | null };
                done(
                  last?.element?.closest("li") ? "result" : (last?.element?.outerHTML ?? "none"),
                );
              };
              new PerformanceObserver((list) =>
                read({ getEntries: () => list.getEntries() }),
              ).observe({
                type: "largest-contentful-paint",
                buffered: true,
              });
              setTimeout(() => done("none"), 1000);
            }),
        );
      await expect.poll(largest, { timeout: 20_000 }).toBe("result");
      release();
      await page.waitForLoadState("networkidle");
    });

    test("the first page's scripts are less than 150 kB gzipped", async () => {
      const scripts: Promise<number>[] = [];
      suite.page.on("response", (response) => {
        if (!/\.js(\?|$)/.test(response.url())) return;
        scripts.push(
          response
            .request()
            .sizes()
            .then(({ responseBodySize }) => responseBodySize),
        );
      });
      await suite.page.goto("/");
      await suite.page.waitForLoadState("networkidle");
      const sizes = await Promise.all(scripts);
      expect(sizes.length).toBeGreaterThan(3);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
    });
  },
);
