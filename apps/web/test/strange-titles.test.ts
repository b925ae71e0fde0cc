import { join } from "node:path";
import { expect, test } from "vitest";
import { browserSuite, fitsEveryone } from "./browser-suite";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";

const titles = [
  "",
  "כיצד לגזום עץ תפוחים צעיר (חלק 2)",
  "How I rebuilt a motorcycle from a box of rusty parts in a barn over eleven winters, part 3 of 7",
  `https://example.com/${"a".repeat(120)}`,
  "<b>bold</b> & 'quoted'",
];

browserSuite(
  "pictures with titles that are long, strange or missing",
  async (dir) => {
    const model = await writeUntrainedModel(join(dir, "model"));
    const items = (await drawShapes()).slice(0, titles.length);
    const strange = items.map(({ image }, i) => ({
      id: `videos/2024/${i}.png`,
      title: titles[i] ?? "",
      image,
      fields: {
        licence: "MIT",
        channel: `בערוץ ${i % 2}`,
        views: 1_234_567 + i,
        page: `https://example.com/${i}`,
      },
    }));
    await buildSmallIndex(join(dir, "index"), model, strange);
    return { CLIPTUNE_INDEX: join(dir, "index") };
  },
  (suite) => {
    const tiles = () => suite.page.locator("ul.picture-grid").getByRole("button");

    test("each has a name, and a row of them is as high as its highest", async () => {
      await suite.visit("/?q=red&group=false");
      const names = await tiles().evaluateAll((all) => all.map((tile) => tile.textContent ?? ""));
      expect(names.filter((name) => name.includes("0.png"))).toHaveLength(1); // the untitled one
      for (const name of names) expect(name).not.toContain("MIT"); // which all of them say
      expect(names.join()).toContain("1,234,567");
      const ends = await tiles().evaluateAll((all) =>
        all.map((tile) => {
          const { top, bottom } = tile.getBoundingClientRect();
          return `${top} ${bottom}`;
        }),
      );
      expect(new Set(ends).size).toBe(1);
    });

    test("a title from right to left begins at the right", async () => {
      await suite.visit("/?q=red&group=false");
      const direction = await suite.page
        .getByText("כיצד לגזום")
        .first()
        .evaluate((element) => getComputedStyle(element).direction);
      expect(direction).toBe("rtl");
    });

    test("the detail steps through the results, and leads back from what is alike", async () => {
      await suite.visit("/?q=red&group=false");
      await tiles().nth(1).click();
      const dialog = suite.page.getByRole("dialog");
      const heading = () => dialog.getByRole("heading").first().textContent();
      const second = await heading();
      await dialog.getByRole("button", { name: "Previous picture" }).click();
      await expect.poll(heading).not.toBe(second);
      expect(await dialog.getByRole("button", { name: "Previous picture" }).isDisabled()).toBe(
        true,
      );
      await dialog.getByRole("button", { name: "Next picture" }).click();
      await expect.poll(heading).toBe(second);
      await dialog.getByRole("listitem").first().getByRole("button").click();
      await expect.poll(heading).not.toBe(second);
      await dialog.getByRole("button", { name: "Back", exact: true }).click();
      await expect.poll(heading).toBe(second);
      expect(await dialog.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
      await dialog.getByRole("button", { name: "Close" }).click();
      await dialog.waitFor({ state: "hidden" });
    });

    test("what no two pictures share is asked for in parts, what all say not at all", async () => {
      await suite.visit("/");
      await suite.page.getByRole("button", { name: "Filter" }).click();
      await suite.page.getByRole("textbox", { name: "page: contains" }).waitFor();
      expect(await suite.page.getByRole("group", { name: "licence" }).count()).toBe(0);
      expect(await suite.page.getByRole("group", { name: "channel" }).count()).toBe(1);
    });

    test("the page's title tells what is searched for", async () => {
      await suite.visit("/?q=red&minus=round");
      expect(await suite.page.title()).toBe("red − round · cliptune");
      await suite.page.getByRole("searchbox").fill("blue");
      await expect.poll(() => suite.page.title()).toBe("blue − round · cliptune");
    });

    test("a browser that keeps nothing can search", async () => {
      await suite.page.addInitScript(() => {
        Object.defineProperty(window, "localStorage", {
          get: () => {
            throw new DOMException("Access is denied for this document.", "SecurityError");
          },
        });
      });
      await suite.visit("/");
      await suite.page.getByRole("searchbox").fill("red");
      await suite.page.getByRole("list", { name: "Results for red" }).waitFor();
    });

    test("an address that leads nowhere leads back", async () => {
      await suite.visit("/nowhere");
      await suite.page.getByRole("link", { name: "Map" }).waitFor();
      await suite.page.getByRole("link", { name: "Back to the search" }).click();
      await tiles().first().waitFor();
      suite.forgive(/404/);
    });

    fitsEveryone(suite, "strange titles", () => suite.visit("/?q=red&group=false"));
  },
);
