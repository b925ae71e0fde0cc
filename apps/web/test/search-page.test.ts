import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { expect, test } from "vitest";
import { browserSuite } from "./browser-suite";
import { buildSmallIndex, drawManyShapes } from "./small-index";

let redSquare: Buffer;

browserSuite(
  "searching in a browser, with the bundled model",
  async (dir) => {
    const pictures = await drawManyShapes();
    redSquare = pictures.find(({ id }) => id === "red-square-0.png")?.image as Buffer;
    await buildSmallIndex(join(dir, "index"), tinyModelDir, pictures);
    return { CLIPTUNE_INDEX: join(dir, "index") };
  },
  (suite) => {
    const results = () => suite.page.getByRole("list", { name: /^Results/ }).getByRole("listitem");
    const titles = () =>
      results()
        .locator("[title]:not([title*='%']):not([title*='duplicate'])")
        .evaluateAll((all) => all.map((one) => one.getAttribute("title")));
    const parameters = () => new URL(suite.page.url()).searchParams;
    const { visit, reload } = suite;
    /** The page after what it asks now has been answered. */
    const settled = () => suite.page.locator("main[aria-busy=false]").waitFor();
    const answered = (act: () => Promise<unknown>, path = "/api/search") =>
      Promise.all([
        suite.page.waitForResponse((response) => response.url().includes(path) && response.ok()),
        act(),
      ]).then(settled);

    test("terms are added, turned around, weighed and removed; Back undoes", async () => {
      await visit("/?q=square&group=false");
      await suite.page.getByRole("button", { name: "More of", exact: true }).click();
      await suite.page.getByRole("textbox", { name: "More of" }).fill("red");
      await answered(() => suite.page.keyboard.press("Enter"));
      expect(parameters().get("plus")).toBe("red");
      await answered(() => suite.page.getByRole("button", { name: "Turn around red" }).click());
      expect(parameters().get("minus")).toBe("red");
      await suite.page.getByRole("listitem", { name: "Less of red" }).waitFor();
      await answered(() =>
        suite.page.getByRole("spinbutton", { name: "Weight of red" }).fill("0.5"),
      );
      expect(parameters().get("minus")).toBe("red^0.5");
      await answered(() => suite.page.getByRole("button", { name: "Remove red" }).click());
      expect(parameters().has("minus")).toBe(false);
      const weight = suite.page.getByRole("spinbutton", { name: "Weight of red" });
      await answered(() => suite.page.goBack());
      expect(parameters().get("minus")).toBe("red^0.5");
      expect(await weight.inputValue()).toBe("0.5");
      await answered(() => suite.page.goBack());
      expect(await weight.inputValue()).toBe("1");
    });

    const redSquareFile = () => ({ name: "red.png", mimeType: "image/png", buffer: redSquare });

    test("a picture that is chosen finds itself, has an address, and a text beside it", async () => {
      await visit("/?group=false");
      await answered(() => suite.page.locator("input[type=file]").setInputFiles(redSquareFile()));
      await suite.page.getByRole("listitem", { name: "More of your picture" }).waitFor();
      expect((await titles())[0]).toBe("red square");
      expect(parameters().get("picture")).toMatch(/^[0-9a-f]{32}$/);
      await reload();
      expect((await titles())[0]).toBe("red square");
      await answered(() => suite.page.getByRole("searchbox").fill("circle"));
      expect(parameters().get("q")).toBe("circle");
    });

    test.each(["drop", "paste"])("a picture comes by %s", async (type) => {
      await visit("/");
      await answered(() =>
        suite.page.evaluate(
          ({ base64, kind }) => {
            const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "red.png", { type: "image/png" }));
            const options = { bubbles: true, cancelable: true };
            if (kind === "drop") {
              for (const name of ["dragover", "drop"])
                document.body.dispatchEvent(
                  new DragEvent(name, { ...options, dataTransfer: data }),
                );
            } else {
              document.body.dispatchEvent(
                new ClipboardEvent("paste", { ...options, clipboardData: data }),
              );
            }
          },
          { base64: redSquare.toString("base64"), kind: type },
        ),
      );
      expect((await titles())[0]).toBe("red square");
    });

    test("what is no picture is told so, and the page goes on", async () => {
      await visit("/");
      const file = { name: "a.png", mimeType: "image/png", buffer: Buffer.from("not a picture") };
      await suite.page.locator("input[type=file]").setInputFiles(file);
      await suite.page.getByRole("alert").getByText("not a picture that can be read").waitFor();
      await suite.page.getByRole("button", { name: "Close" }).click();
      suite.forgive(/ 415 /);
    });

    test("filters come from the index's own fields: values, ranges, dates, yes and no", async () => {
      await visit("/?q=circle&group=false");
      await suite.page.getByRole("button", { name: "Filter" }).click();
      await answered(() => suite.page.getByRole("checkbox", { name: /^green/ }).check());
      await suite.page.getByText("15 results").waitFor();
      expect(new Set((await titles()).map((title) => title?.split(" ")[0]))).toEqual(
        new Set(["green"]),
      );
      await answered(() => suite.page.getByRole("spinbutton", { name: "size: from" }).fill("3"));
      await suite.page.getByText("6 results").waitFor();
      await answered(() => suite.page.getByLabel("drawn: to").fill("2024-01-01"));
      await suite.page.getByText("3 results").waitFor();
      await answered(() =>
        suite.page
          .getByRole("group", { name: "large" })
          .getByRole("checkbox", { name: /^yes/ })
          .check(),
      );
      await suite.page.getByRole("heading", { name: "Nothing passes these filters" }).waitFor();
      expect(JSON.parse(parameters().get("filter") ?? "")).toHaveLength(4);
      await reload();
      await suite.page.getByRole("heading", { name: "Nothing passes these filters" }).waitFor();
      await answered(() =>
        suite.page.getByRole("button", { name: "Clear the filters" }).last().click(),
      );
      await suite.page.getByText("90 results").waitFor();
    });

    test("filters work without words too, and then nothing has a confidence", async () => {
      await visit("/?group=false");
      await suite.page.getByRole("button", { name: "Filter" }).click();
      await answered(() => suite.page.getByRole("checkbox", { name: /^gold/ }).check());
      await suite.page.getByText("15 results").waitFor();
      expect(await results().getByText("%").count()).toBe(0);
    });

    test("near-duplicates are folded, shown with their picture, and can be unfolded", async () => {
      await visit("/?q=red+square");
      const folded = results().filter({ hasText: "near-duplicate" }).first();
      await folded.getByRole("button").click();
      const dialog = suite.page.getByRole("dialog");
      await dialog.getByRole("heading", { name: /near-duplicate/ }).waitFor();
      const image = dialog.locator("section img").first();
      await expect
        .poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(0);
      await suite.page.keyboard.press("Escape");
      await suite.page.getByRole("button", { name: "Filter" }).click();
      await answered(() =>
        suite.page.getByRole("checkbox", { name: "Fold near-duplicates" }).uncheck(),
      );
      await suite.page.getByText("90 results").waitFor();
      expect(parameters().get("group")).toBe("false");
    });

    test("a picture of the index is searched with, from its detail", async () => {
      await visit("/?q=red+square");
      await results().first().getByRole("button").click();
      const title = await suite.page.getByRole("dialog").getByRole("heading").first().textContent();
      await answered(() =>
        suite.page.getByRole("button", { name: "Search with this picture" }).click(),
      );
      expect(parameters().get("like")).toContain(title?.replace(" ", "-"));
      expect(await results().count()).toBeGreaterThan(0);
    });

    // Not by the wheel: Chromium sends its turns to where the first one went, and a slow machine's are lost in a row.
    const scrollDown = () =>
      suite.page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const scrollToEnd = () =>
      expect
        .poll(
          async () => {
            await scrollDown();
            return suite.page.getByText("That was all.").count();
          },
          { timeout: 60_000, interval: 200 },
        )
        .toBe(1);

    test("scrolling brings every picture once, and a failed page can be asked for again", async () => {
      await suite.page.route(/cursor=/, (route) => route.abort("connectionrefused"));
      await visit("/?q=red&group=false");
      expect(await results().count()).toBe(36);
      await scrollDown();
      await suite.page.getByText("More results could not be loaded.").waitFor();
      await suite.page.unroute(/cursor=/);
      await suite.page.getByRole("button", { name: "Load more" }).click();
      await scrollToEnd();
      const addresses = await results()
        .locator("img")
        .evaluateAll((all) => all.map((one) => one.getAttribute("src")));
      expect(new Set(addresses).size).toBe(90);
      suite.forgive(/ERR_CONNECTION_REFUSED/);
    });

    test("the sample goes on to the end of the index", async () => {
      await visit("/");
      await scrollToEnd();
      const sample = suite.page.getByRole("list", { name: "A sample of the index" });
      expect(await sample.getByRole("listitem").count()).toBe(90);
    });

    test("recent searches are offered, chosen and forgotten", async () => {
      await visit("/");
      await answered(() => suite.page.getByRole("searchbox").fill("red circle"));
      const button = suite.page.getByRole("button", { name: "Recent searches" });
      await button.waitFor(); // once it has been left alone for a while
      await reload();
      await suite.page.getByRole("button", { name: "Clear the search" }).click();
      await button.click();
      await answered(() =>
        suite.page.locator("#recent").getByRole("button", { name: "red circle" }).click(),
      );
      expect(parameters().get("q")).toBe("red circle");
      await button.click();
      await suite.page.getByRole("button", { name: "Forget recent searches" }).click();
      await button.waitFor({ state: "detached" });
    });

    test("a search that nothing fits says so", async () => {
      const wanted = ["xqzv wkjp", "invoice for tax", "dentist", "a photograph of my aunt"];
      for (const query of wanted) {
        const reply = await suite.page.request.get(
          `/api/search?q=${encodeURIComponent(query)}&group=true`,
        );
        const { goodMatch } = (await reply.json()) as { goodMatch: boolean };
        await visit(`/?q=${encodeURIComponent(query)}`);
        const said = await suite.page.getByText("No good match", { exact: false }).count();
        expect([query, said > 0]).toEqual([query, !goodMatch]);
      }
    });

    test("the page speaks the browser's language, or the one that is chosen, and keeps the search", async () => {
      const context = await suite.browser.newContext({ locale: "ko-KR", baseURL: suite.app.url });
      const korean = await context.newPage();
      await korean.goto("/?q=red");
      expect(await korean.locator("html").getAttribute("lang")).toBe("ko");
      await korean.getByRole("button", { name: "필터" }).waitFor();
      await korean.getByRole("combobox", { name: "언어" }).selectOption("ja");
      await korean.getByRole("button", { name: "絞り込む" }).waitFor();
      expect(new URL(korean.url()).searchParams.get("q")).toBe("red");
      await korean.reload();
      await korean.getByRole("button", { name: "絞り込む" }).waitFor();
      expect(await korean.getByRole("searchbox").inputValue()).toBe("red");
      await context.close();
    });
  },
);
