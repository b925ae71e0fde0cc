import { join } from "node:path";
import { expect, test } from "vitest";
import { browserSuite } from "./browser-suite";
import { holdBack } from "./hold-back";
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
      await suite.visit(unfolded);
      await suite.page.keyboard.type("green square"); // the box has the focus from the start
      await suite.page.getByText("18 results").waitFor();
      expect(new URL(suite.page.url()).searchParams.get("q")).toBe("green square");
      await suite.reload();
      expect(await box().inputValue()).toBe("green square");
      await suite.page.getByRole("button", { name: "Clear the search" }).click();
      await suite.page.getByRole("list", { name: "A sample of the index" }).waitFor();
      expect(new URL(suite.page.url()).search).toBe("?group=false");
    });

    test("what is typed before the script has arrived is searched once it has", async () => {
      const release = await holdBack(suite.page, /\.js(\?|$)/);
      await suite.page.goto(unfolded, { waitUntil: "commit" });
      await suite.page.getByRole("searchbox").fill("circle");
      release();
      await suite.page.getByRole("list", { name: "Results for circle" }).waitFor();
    });

    test("keys lead from the box through the grid into a picture and back", async () => {
      await suite.visit(`${unfolded}&q=circle`);
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
      await expect
        .poll(() => suite.page.evaluate(() => document.activeElement?.textContent))
        .toContain(await titleOf(2)); // where the steps have led
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
      const release = await holdBack(suite.page, /api\/thumbnails/);
      await suite.page.goto(unfolded, { waitUntil: "commit" });
      await suite.page.locator("html[data-ready]").waitFor();
      const empty = await boxes();
      expect(empty).toHaveLength(18);
      release();
      await suite.page.waitForLoadState("networkidle");
      expect(await boxes()).toEqual(empty);
      await suite.page.keyboard.type("blue");
      await suite.page.getByText("18 results").waitFor();
      expect(await boxes()).toEqual(empty);
    });

    test("an answer that comes too late is dropped, and the former one stays until the next", async () => {
      await suite.visit(`${unfolded}&q=circle`);
      const release = await holdBack(suite.page, /q=red&/);
      const asked = suite.page.waitForRequest(/q=red&/);
      await box().fill("red");
      await asked;
      expect(await results().count()).toBe(18);
      await box().fill("red gold");
      await suite.page.getByText("for “red gold”").waitFor();
      release();
      await suite.page.waitForLoadState("networkidle");
      expect(await suite.page.getByText("for “red gold”").count()).toBe(1);
    });

    test("a failure is told in the server's words and can be tried again", async () => {
      await suite.visit(unfolded);
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

    test("on a 4K screen nothing is wider than the screen", async () => {
      const width = 3840;
      await suite.page.setViewportSize({ width, height: 900 });
      for (const path of ["/", "/?q=red", "/runs", "/runs/signs"]) {
        await suite.page.goto(suite.app.url + path);
        await suite.page.waitForLoadState("load");
        expect(
          await suite.page.evaluate(() => document.documentElement.scrollWidth),
        ).toBeLessThanOrEqual(width);
      }
    });

    test("who wants less motion gets none: nothing fades, nothing goes on for ever", async () => {
      await suite.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await suite.visit(unfolded);
      const release = await holdBack(suite.page, /api\/search/);
      await box().fill("red");
      await suite.page.locator(".pending-line").waitFor();
      await suite.page.emulateMedia({ colorScheme: "dark" });
      const moving = await suite.page.evaluate(() =>
        document
          .getAnimations()
          .map((one) => [one.constructor.name, one.effect?.getComputedTiming().iterations]),
      );
      for (const one of moving) expect(one).toEqual(["CSSAnimation", 1]);
      release();
      await suite.page.getByText("18 results").waitFor();
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
