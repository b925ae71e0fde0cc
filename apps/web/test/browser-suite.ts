import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seriousFindings } from "./axe";
import { findChromium, launchBrowser } from "./browser";
import { ensureBuilt } from "./built-app";
import { type AppProcess, type AppVariables, startApp } from "./start-app";
import { watchedPage } from "./watched-page";

/** What the tests of a suite share; the page is new for each of them. */
export interface BrowserSuite {
  /** A folder that goes with the suite. */
  dir: string;
  app: AppProcess;
  browser: Browser;
  page: Page;
  /** Errors on the console, and requests that leave the server: none may be left when a test ends. */
  complaints: string[];
  /** Opens a page and waits until its script listens: what is done before would be lost. */
  visit(path: string): Promise<void>;
  /** The same page anew. */
  reload(): Promise<void>;
  /** Takes back complaints that the test itself has caused. */
  forgive(cause: RegExp): void;
}

const chromium = await findChromium();
if (chromium === undefined) console.warn("skipped: no Chromium at CHROMIUM or /usr/bin/chromium");

/**
 * Tests of the built app in a real browser, skipped where there is none.
 *
 * @param setUp writes what the app serves into a folder, and says where that is
 */
export function browserSuite(
  name: string,
  setUp: (dir: string) => Promise<AppVariables>,
  tests: (suite: BrowserSuite) => void,
): void {
  describe.skipIf(chromium === undefined)(name, () => {
    const ready = () => suite.page.locator("html[data-ready]").waitFor();
    const suite = {
      async visit(path) {
        await suite.page.goto(path);
        await ready();
      },
      async reload() {
        await suite.page.reload();
        await ready();
      },
      forgive(cause) {
        suite.complaints = suite.complaints.filter((text) => !cause.test(text));
      },
    } as BrowserSuite;

    beforeAll(async () => {
      suite.dir = await mkdtemp(join(tmpdir(), "cliptune-browser-"));
      const variables = await setUp(suite.dir);
      await ensureBuilt();
      suite.app = await startApp(variables);
      suite.browser = await launchBrowser(chromium as string);
    }, 400_000);

    afterAll(async () => {
      await suite.browser?.close();
      await suite.app?.stop();
      await rm(suite.dir, { recursive: true, force: true });
    });

    beforeEach(async () => {
      Object.assign(suite, await watchedPage(suite.browser, suite.app.url));
      suite.page.setDefaultTimeout(30_000);
    });

    afterEach(async () => {
      await suite.page.close();
      expect(suite.complaints).toEqual([]); // neither scripts nor the security policy complained
    });

    tests(suite);
  });
}

/**
 * On a phone, a tablet and a 4K screen, in light and dark: nothing is wider than the screen, and axe finds
 * nothing serious.
 *
 * @param open leads to what is looked at
 */
export function fitsEveryone(
  suite: BrowserSuite,
  what: string,
  open: () => Promise<unknown>,
): void {
  test.each([360, 1024, 2560])(`${what}: fits and serves everyone at %d pixels`, async (width) => {
    const { page } = suite;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ reducedMotion: "reduce" }); // no colour on its way to another
    await open();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const widest = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(widest, colorScheme).toBeLessThanOrEqual(width);
      expect(await seriousFindings(page), colorScheme).toEqual([]);
    }
  });
}
