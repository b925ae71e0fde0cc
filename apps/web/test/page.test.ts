import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findChromium, launchBrowser } from "./browser";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { type AppProcess, startApp } from "./start-app";
import { writeRun } from "./write-run";

const chromium = await findChromium();
if (chromium === undefined) console.warn("skipped: no Chromium at CHROMIUM or /usr/bin/chromium");

describe.skipIf(chromium === undefined)("the page in a browser", () => {
  let dir: string;
  let app: AppProcess;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  /** The page with every picture by itself: a model that knows nothing takes most for duplicates. */
  let unfolded: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "cliptune-page-"));
    const model = await writeUntrainedModel(join(dir, "model"));
    await buildSmallIndex(join(dir, "index"), model, await drawShapes());
    await writeRun(join(dir, "runs/signs"), { steps: 2 });
    await ensureBuilt();
    app = await startApp({
      CLIPTUNE_INDEX: join(dir, "index"),
      CLIPTUNE_RUNS: join(dir, "runs"),
    });
    unfolded = `${app.url}/?group=false`;
    browser = await launchBrowser(chromium as string);
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(app.url)) complaints.push(`request to ${request.url()}`);
    });
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]); // neither scripts nor the security policy complained
  });

  const results = () => page.getByRole("list", { name: /^Results|^A sample/ }).getByRole("button");
  const box = () => page.getByRole("searchbox");

  test("typing answers without Enter, keeps the address, and says how many there are", async () => {
    await page.goto(unfolded);
    await page.keyboard.type("green square"); // the box has the focus from the start
    await page.getByText("18 results").waitFor();
    expect(new URL(page.url()).searchParams.get("q")).toBe("green square");
    await page.reload();
    expect(await box().inputValue()).toBe("green square");
    await page.getByRole("button", { name: "Clear the search" }).click();
    await page.getByRole("list", { name: "A sample of the index" }).waitFor();
    expect(new URL(page.url()).search).toBe("?group=false");
  });

  test("what is typed before the script has arrived is searched once it has", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\.js(\?|$)/, async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(unfolded, { waitUntil: "commit" });
    await page.getByRole("searchbox").fill("circle");
    release();
    await page.getByRole("list", { name: "Results for circle" }).waitFor();
  });

  test("keys lead from the box through the grid into a picture and back", async () => {
    await page.goto(`${unfolded}&q=circle`);
    await box().press("ArrowDown");
    const titleOf = (n: number) => results().nth(n).locator("[title]").first().innerHTML();
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(
      await titleOf(1),
    );
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { name: await titleOf(1) }).waitFor();
    expect(await dialog.locator("dt").allInnerTexts()).toEqual([
      "colour",
      "sides",
      "Cosine similarity",
      "id",
    ]);
    await dialog.getByRole("listitem").nth(9).getByRole("button").waitFor(); // ten more like this
    await page.keyboard.press("ArrowRight");
    await dialog.getByRole("heading", { name: await titleOf(2) }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.keyboard.press("/");
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
    await page.route(/api\/thumbnails/, async (route) => {
      await new Promise((done) => setTimeout(done, 400));
      await route.continue();
    });
    await page.goto(unfolded, { waitUntil: "domcontentloaded" });
    const empty = await boxes();
    expect(empty).toHaveLength(18);
    await page.waitForLoadState("networkidle");
    expect(await boxes()).toEqual(empty);
    await page.keyboard.type("blue");
    await page.getByText("18 results").waitFor();
    expect(await boxes()).toEqual(empty);
  });

  test("an answer that comes too late is dropped, and the former one stays until the next", async () => {
    await page.goto(`${unfolded}&q=circle`);
    await page.route(/q=red&/, async (route) => {
      await new Promise((done) => setTimeout(done, 1500));
      await route.continue().catch(() => undefined); // aborted by the page meanwhile
    });
    await box().fill("red");
    await page.waitForTimeout(300);
    expect(await results().count()).toBe(18);
    await box().fill("red gold");
    await page.getByText("for “red gold”").waitFor();
    await page.waitForTimeout(1600);
    expect(await page.getByText("for “red gold”").count()).toBe(1);
  });

  test("a failure is told in the server's words and can be tried again", async () => {
    await page.goto(unfolded);
    await page.route(/api\/search/, (route) =>
      route.fulfill({
        status: 200,
        json: { query: "nothing", hits: [], confidence: 0, goodMatch: true, timings: {} },
      }),
    );
    await box().fill("nothing");
    await page.getByRole("heading", { name: "Nothing in this index for “nothing”" }).waitFor();
    await page.unroute(/api\/search/);
    await page.route(/api\/search/, (route) => route.abort("connectionrefused"));
    await box().fill("gold");
    await page.getByText("The server does not answer.").waitFor();
    await page.unroute(/api\/search/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("18 results").waitFor();
    complaints = complaints.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"));
  });

  test.each([360, 1440, 3840])("at %d pixels nothing is wider than the screen", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ["/", "/?q=red", "/runs", "/runs/signs"]) {
      await page.goto(app.url + path);
      await page.waitForLoadState("load");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        width,
      );
    }
  });

  test("the page follows the system's light or dark", async () => {
    const background = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(app.url);
    const light = await background();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background()).not.toBe(light);
  });
});
