import { appendFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { browserSuite, fitsEveryone } from "./browser-suite";
import { startApp } from "./start-app";
import { evaluation, step, writeRun, writeSweep } from "./write-run";

browserSuite(
  "curves in a browser",
  async (dir) => {
    await writeRun(join(dir, "one"), { steps: 12, finished: true, config: { batchSize: 8 } });
    await writeRun(join(dir, "two"), { steps: 8, recall: 0.6, config: { batchSize: 16 } });
    await writeSweep(join(dir, "rank"));
    return { CLIPTUNE_RUNS: dir };
  },
  (suite) => {
    const chart = (name: RegExp) => suite.page.getByRole("img", { name });

    test("runs that are ticked are laid over each other, with what differs between them", async () => {
      await suite.visit("/runs");
      await suite.page.getByRole("checkbox", { name: "Choose one" }).check();
      await suite.page.getByRole("checkbox", { name: "Choose two" }).check();
      await suite.page.getByRole("link", { name: "Curves of 2 runs" }).click();
      await chart(
        /^Recall, text → image: one from 0.1 to 0.4 at step 12; two from 0.1 to 0.6 at step 8/,
      ).waitFor();
      await suite.page.getByText("batch 8").waitFor();
      await suite.page.getByText("out-of-domain").click();
      await chart(/^Alignment: one from 1 to 1 at step 12/).waitFor();
    });

    test("smoothing, log scale, time and zoom are in the address and come back with it", async () => {
      await suite.visit("/curves?run=one&run=two");
      await chart(/^Loss: one from 4 to [\d.]+ at step 12/).waitFor();
      await suite.page.getByRole("slider", { name: /smoothing/ }).fill("0");
      await suite.page.getByText("time", { exact: true }).click();
      await suite.page.getByRole("checkbox", { name: "log scale" }).check();
      await chart(/^Loss: one from 4 to 0.00195 after 24 s; two/).waitFor();
      const query = new URL(suite.page.url()).searchParams;
      expect([query.get("x"), query.get("smooth"), query.get("log")]).toEqual(["time", "0", "1"]);
      const loss = chart(/^Loss/);
      const line = () => loss.locator("g[data-line=one] path").getAttribute("d");
      const slack = (svg: Element) =>
        Math.floor(svg.parentElement!.getBoundingClientRect().width) -
        Number(svg.getAttribute("width"));
      await expect.poll(() => loss.evaluate(slack)).toBe(0); // as wide as it will be
      const before = await line();
      await loss.scrollIntoViewIfNeeded();
      const box = (await loss.boundingBox())!;
      await suite.page.mouse.move(box.x + box.width / 2, box.y + 60);
      await suite.page.mouse.down();
      await suite.page.mouse.move(box.x + box.width - 30, box.y + 60, { steps: 4 });
      await suite.page.mouse.up();
      await suite.page.getByRole("button", { name: "Show all" }).waitFor();
      await expect.poll(line).not.toBe(before);
      await suite.reload();
      await suite.page.getByRole("button", { name: "Show all" }).click();
      await expect.poll(line).toBe(before);
    });

    test("all charts read out the same step, by keys too; plus and minus zoom", async () => {
      await suite.visit("/runs/one");
      const loss = chart(/^Loss/);
      await loss.focus();
      await suite.page.keyboard.press("ArrowRight");
      await suite.page.keyboard.press("ArrowRight");
      await suite.page.getByText("step 2", { exact: true }).first().waitFor();
      expect(await suite.page.getByText("step 2", { exact: true }).count()).toBe(4); // all of steps, none of evaluations
      await suite.page.keyboard.press("+");
      await suite.page.getByRole("button", { name: "Show all" }).waitFor();
      await suite.page.keyboard.press("Escape");
      await suite.page.getByText("drag over a chart to zoom in").waitFor();
    });

    test("the plane has a point for each checkpoint and the floor of this run's dimension", async () => {
      await suite.visit("/runs/one");
      const plane = chart(/^Alignment against uniformity, images/);
      expect(await plane.getAttribute("aria-label")).toMatch(
        /in-domain from \(−2.9, 1.4\) to \(−2.6, 1.1\) at step 12; .*floor −3.96 of D = 192$/,
      );
      expect(await plane.locator("circle").count()).toBe(8); // base and three checkpoints, two sets
      await plane.locator("circle").nth(3).hover();
      await suite.page.getByText("in-domain, step 12: uniformity −2.6, alignment 1.1").waitFor();
    });

    test("a chart is downloaded as CSV, SVG and PNG, and a run's records as CSV", async () => {
      await suite.visit("/curves?run=one&run=two&smooth=0");
      const download = async (name: string) => {
        const waiting = suite.page.waitForEvent("download");
        await suite.page.getByRole("button", { name: `Download Loss as ${name}` }).click();
        const file = await waiting;
        return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
      };
      const table = await download("CSV");
      expect(table.name).toBe("loss.csv");
      expect(table.bytes.toString()).toMatch(/^series,step,value\r\none,1,4\r\none,2,2\r\n/);
      const svg = (await download("SVG")).bytes;
      expect(svg.toString()).not.toMatch(/class=|var\(|light-dark/);
      const drawn = await sharp(svg).stats(); // librsvg knows nothing of our page
      expect(drawn.channels[0]!.stdev).toBeGreaterThan(5);
      const png = (await download("PNG")).bytes;
      const { width, format } = await sharp(png).metadata();
      expect([format, width]).toEqual(["png", 2 * (await sharp(svg).metadata()).width]);
      expect((await sharp(png).stats()).channels[0]!.stdev).toBeGreaterThan(5);
      const records = await (await suite.page.request.get("/api/runs/one/csv")).text();
      expect(records.split("\r\n")[0]).toContain("inDomain.textToImage.r10");
      expect(records.split("\r\n")).toHaveLength(1 + 12 + 4 + 1);
    });

    test("a hidden page holds no stream; once it is seen again, it does", async () => {
      const streams = { opened: 0, ended: 0 };
      suite.page.on("request", (request) => {
        if (request.url().includes("/api/runs/events")) streams.opened += 1;
      });
      suite.page.on("requestfailed", (request) => {
        if (request.url().includes("/api/runs/events")) streams.ended += 1;
      });
      const show = (hidden: boolean) =>
        suite.page.evaluate((value) => {
          Object.defineProperty(document, "hidden", { value, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      await suite.visit("/runs/two");
      await expect.poll(() => streams).toEqual({ opened: 1, ended: 0 });
      await show(true);
      await expect.poll(() => streams).toEqual({ opened: 1, ended: 1 });
      await show(false);
      await expect.poll(() => streams).toEqual({ opened: 2, ended: 1 });
    });

    test("a run that trains is followed, also after the stream broke off and after it began anew", async () => {
      await suite.visit("/runs/two");
      await chart(/^Loss: .* at step 8$/).waitFor();
      await appendFile(join(suite.dir, "two/metrics.jsonl"), `${JSON.stringify(step(9))}\n`);
      await chart(/^Loss: .* at step 9$/).waitFor();
      const port = new URL(suite.app.url).port;
      await suite.app.stop();
      await suite.page.getByText("The server does not answer.").waitFor();
      await appendFile(
        join(suite.dir, "two/metrics.jsonl"),
        `${JSON.stringify(step(10))}\n{"type":"st`,
      );
      suite.app = await startApp({ CLIPTUNE_RUNS: suite.dir, PORT: port });
      await chart(/^Loss: .* at step 10$/).waitFor();
      expect(await suite.page.getByText("The server does not answer.").count()).toBe(0);
      await rm(join(suite.dir, "two/metrics.jsonl")); // a resumed run replaces its log
      await writeRun(join(suite.dir, "two"), { steps: 4, recall: 0.7 });
      await chart(/^Recall, text → image: in-domain from 0.1 to 0.7 at step 4/).waitFor();
      await appendFile(
        join(suite.dir, "two/metrics.jsonl"),
        `${JSON.stringify(evaluation(8, 0.8))}\n`,
      );
      await chart(/^Recall, text → image: in-domain from 0.1 to 0.8 at step 8/).waitFor();
      suite.forgive(/ERR_(CONNECTION|INCOMPLETE)|status of 50/);
    });

    test("a sweep has its table, sorted by a click, its plot, and the curves of its runs", async () => {
      await suite.visit("/runs");
      await suite.page.getByRole("link", { name: "Rank, 4 to 16" }).click();
      await chart(/^Recall by rank: in R@10 from 0.3 to 0.5 rank 16$/).waitFor();
      const firstCells = () => suite.page.locator("tbody td:first-child").allInnerTexts();
      expect(await firstCells()).toEqual(["4", "16", "8"]);
      await suite.page.getByRole("button", { name: "in R@10" }).click();
      await expect.poll(firstCells).toEqual(["16", "4", "8"]);
      await suite.page.getByRole("button", { name: "in R@10" }).click();
      await expect.poll(firstCells).toEqual(["4", "16", "8"]);
      await suite.page.getByRole("link", { name: "Curves of its 2 runs" }).click();
      await suite.page.getByRole("link", { name: "rank/rank-16_s0" }).click();
      await suite.page.getByRole("heading", { name: "rank/rank-16_s0" }).waitFor();
    });

    test.each([
      ["ko", /^손실: one: 4에서 [\d.]+\(으\)로, 12단계/, "기록 2개", "로그 눈금", "임베딩 공간"],
      ["ja", /^損失: one: 4 から [\d.]+ へ、ステップ 12/, "記録 2 件", "対数目盛", "埋め込み空間"],
    ])("in %s all of it is in that language", async (locale, loss, heading, log, space) => {
      const context = await suite.browser.newContext({ locale, baseURL: suite.app.url });
      const page = await context.newPage();
      await page.goto("/curves?run=one&run=two");
      await page.getByRole("img", { name: loss }).waitFor();
      await page.getByRole("heading", { name: heading }).waitFor();
      await page.getByRole("heading", { name: space }).waitFor();
      await page.getByRole("checkbox", { name: log }).waitFor();
      for (const path of ["/curves?run=one&run=two", "/runs/one"]) {
        await page.goto(path);
        const [told = ""] = await page.locator("body").allInnerTexts();
        const english =
          /\b(?:steps?|loss|recall|uniformity|alignment|finished|training|base|floor|runs?)\b/i;
        expect(english.exec(told)?.[0], path).toBeUndefined();
      }
      await context.close();
    });

    test("too many runs, none, or an unknown one get a sentence", async () => {
      for (const [query, words] of [
        ["", "There are 0 parameters run"],
        ["run=none", 'There is no run "none".'],
        [Array.from({ length: 13 }, (_, i) => `run=${i}`).join("&"), "1 to 12 of them"],
      ] as const) {
        await suite.page.goto(`/curves?${query}`);
        await suite.page.getByText(words).waitFor();
      }
      expect((await suite.page.request.get("/api/runs/events?run=none")).status()).toBe(404);
    });

    describe.each(["/runs", "/runs/one", "/curves?run=one&run=two", "/sweeps/rank"])(
      "%s",
      (path) => {
        fitsEveryone(suite, "it", () => suite.visit(path));
      },
    );
  },
);
