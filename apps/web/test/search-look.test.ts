import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { expect, test } from "vitest";
import { browserSuite, fitsEveryone } from "./browser-suite";
import { holdBack } from "./hold-back";
import { buildSmallIndex, drawManyShapes } from "./small-index";

browserSuite(
  "how the search page looks and weighs",
  async (dir) => {
    const pictures = await drawManyShapes();
    await buildSmallIndex(join(dir, "index"), tinyModelDir, pictures);
    return { CLIPTUNE_INDEX: join(dir, "index") };
  },
  (suite) => {
    const query = "/?q=red&plus=circle&minus=square^0.5&like=gold-circle-0.png";

    test.each([360, 1024, 2560])(
      "at %d pixels nothing moves while the page loads",
      async (width) => {
        await suite.page.setViewportSize({ width, height: 800 });
        await suite.page.addInitScript(() => {
          const shifts = { sum: 0 };
          Object.assign(window, { shifts });
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shifts.sum += Reflect.get(entry, "value");
          }).observe({ type: "layout-shift", buffered: true });
        });
        await suite.visit(query);
        await suite.page.waitForLoadState("networkidle");
        expect(await suite.page.evaluate(() => Reflect.get(window, "shifts").sum)).toBeLessThan(
          0.01,
        );
      },
    );

    fitsEveryone(suite, "an answer with the filters", async () => {
      await suite.visit(query);
      await suite.page.getByRole("button", { name: "Filter", exact: true }).click();
      await suite.page.getByRole("region", { name: "Filters" }).waitFor();
    });

    fitsEveryone(suite, "the detail", async () => {
      await suite.visit(query);
      const results = suite.page.getByRole("list", { name: /^Results/ });
      await results.getByRole("button").first().click();
      await suite.page
        .getByRole("dialog")
        .getByRole("listitem")
        .last()
        .getByRole("button")
        .waitFor();
    });

    test("the largest thing that is painted is a result, and waits for no script", async () => {
      const { page } = suite;
      await page.setViewportSize({ width: 800, height: 800 }); // a longer line outweighs pictures of 96 pixels
      const release = await holdBack(page, /\.js(\?|$)/);
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
