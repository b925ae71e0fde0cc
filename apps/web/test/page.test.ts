import { join } from "node:path";
import { expect, test } from "vitest";
import { browserSuite } from "./browser-suite";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { writeRun } from "./write-run";

/** Every picture by itself: a model that knows nothing takes most for duplicates. */
const unfolded = "/?group=false";

browserSuite(
  "the page in a browser",
  async (dir) => {
    const model = await writeUntrainedModel(join(dir, "model"));
    await buildSmallIndex(join(dir, "index"), model, await drawShapes());
    await writeRun(join(dir, "runs/signs"), { steps: 2 });
    return {
      CLIPTUNE_INDEX: join(dir, "index"),
      CLIPTUNE_RUNS: join(dir, "runs"),
    };
  },
  (suite) => {
    const results = () =>
      suite.page.getByRole("list", { name: /^Results|^A sample/ }).getByRole("button");
    const box = () => suite.page.getByRole("searchbox");

    test("typing answers without Enter, keeps the address, and says how many there are", async () => {
      await suite.page.goto(unfolded);
      await suite.page.keyboard.type("green square"); // the box has the focus from the start
      await suite.page.getByText("18 results").waitFor();
      expect(new URL(suite.page.url()).searchParams.get("q")).toBe("green square");
      await suite.page.reload();
      expect(await box().inputValue()).toBe("green square");
      await suite.page.getByRole("button", { name: "Clear the search" }).click();
      await suite.page.getByRole("list", { name: "A sample of the index" }).waitFor();
      expect(new URL(suite.page.url()).search).toBe("?group=false");
    });

    test("what is typed before the script has arrived is searched once it has", async () => {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await suite.page.route(/\.js(\?|$)/, async (route) => {
        await released;
        await route.continue();
      });
      await suite.page.goto(unfolded, { waitUntil: "commit" });
      await suite.page.getByRole("searchbox").fill("circle");
      release();
      await suite.page.getByRole("list", { name: "Results for circle" }).waitFor();
    });

    test("keys lead from the box through the grid into a picture and back", async () => {
      await suite.page.goto(`${unfolded}&q=circle`);
      await box().press("ArrowDown");
      const titleOf = (n: number) => results().nth(n).locator("[title]").first().innerHTML();
      await suite.page.keyboard.press("ArrowRight");
      expect(await suite.page.evaluate(() => document.activeElement?.textContent)).toContain(
        await titleOf(1),
      );
      await suite.page.keyboard.press("Enter");
      const dialog = suite.page.getByRole("dialog");
      await dialog.getByRole("heading", { name: await titleOf(1) }).waitFor();
      expect(await dialog.locator("dt").allInnerTexts()).toEqual([
        "colour",
        "sides",
        "Cosine similarity",
        "id",
      ]);
      await dialog.getByRole("listitem").nth(9).getByRole("button").waitFor(); // ten more like this
      await suite.page.keyboard.press("ArrowRight");
      await dialog.getByRole("heading", { name: await titleOf(2) }).waitFor();
      await suite.page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      await suite.page.keyboard.press("/");
      expect(await box().evaluate((input) => input === document.activeElement)).toBe(true);
    });

    test("the boxes of the grid stay where they are while pictures and results come in", async () => {
      const boxes = () =>
        results().evaluateAll((buttons) =>
          buttons.map((button) => {
            const { x, y, width, height } = button.getBoundingClientRect();
            return [x, y, width, height].map(Math.round);
          }),
        );
      await suite.page.route(/api\/thumbnails/, async (route) => {
        await new Promise((done) => setTimeout(done, 400));
        await route.continue();
      });
      await suite.page.goto(unfolded, { waitUntil: "domcontentloaded" });
      const empty = await boxes();
      expect(empty).toHaveLength(18);
      await suite.page.waitForLoadState("networkidle");
      expect(await boxes()).toEqual(empty);
      await suite.page.keyboard.type("blue");
      await suite.page.getByText("18 results").waitFor();
      expect(await boxes()).toEqual(empty);
    });

    test("an answer that comes too late is dropped, and the former one stays until the next", async () => {
      await suite.page.goto(`${unfolded}&q=circle`);
      await suite.page.route(/q=red&/, async (route) => {
        await new Promise((done) => setTimeout(done, 1500));
        await route.continue().catch(() => undefined); // aborted by the page meanwhile
      });
      await box().fill("red");
      await suite.page.waitForTimeout(300);
      expect(await results().count()).toBe(18);
      await box().fill("red gold");
      await suite.page.getByText("for “red gold”").waitFor();
      await suite.page.waitForTimeout(1600);
      expect(await suite.page.getByText("for “red gold”").count()).toBe(1);
    });

    test("a failure is told in the server's words and can be tried again", async () => {
      await suite.page.goto(unfolded);
      await suite.page.route(/api\/search/, (route) =>
        route.fulfill({
          status: 200,
          json: { query: "nothing", hits: [], confidence: 0, goodMatch: true, timings: {} },
        }),
      );
      await box().fill("nothing");
      await suite.page
        .getByRole("heading", { name: "Nothing in this index for “nothing”" })
        .waitFor();
      await suite.page.unroute(/api\/search/);
      await suite.page.route(/api\/search/, (route) => route.abort("connectionrefused"));
      await box().fill("gold");
      await suite.page.getByText("The server does not answer.").waitFor();
      await suite.page.unroute(/api\/search/);
      await suite.page.getByRole("button", { name: "Try again" }).click();
      await suite.page.getByText("18 results").waitFor();
      suite.forgive(/ERR_CONNECTION_REFUSED/);
    });

    test.each([360, 1440, 3840])("at %d pixels nothing is wider than the screen", async (width) => {
      await suite.page.setViewportSize({ width, height: 900 });
      for (const path of ["/", "/?q=red", "/runs", "/runs/signs"]) {
        await suite.page.goto(suite.app.url + path);
        await suite.page.waitForLoadState("load");
        expect(
          await suite.page.evaluate(() => document.documentElement.scrollWidth),
        ).toBeLessThanOrEqual(width);
      }
    });

    test("the page follows the system's light or dark", async () => {
      const background = () =>
        suite.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      await suite.page.emulateMedia({ colorScheme: "light" });
      await suite.page.goto(suite.app.url);
      const light = await background();
      await suite.page.emulateMedia({ colorScheme: "dark" });
      expect(await background()).not.toBe(light);
    });
  },
);
