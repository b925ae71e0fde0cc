import { join } from "node:path";
import { expect, test } from "vitest";
import { browserSuite, fitsEveryone } from "./browser-suite";
import { holdBack } from "./hold-back";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { writeSmallStrengths } from "./small-strengths";

browserSuite(
  "the compare page in a browser",
  async (dir) => {
    const model = await writeUntrainedModel(join(dir, "model"));
    await buildSmallIndex(join(dir, "index"), model, await drawShapes());
    return { CLIPTUNE_INDEX: join(dir, "index") };
  },
  (suite) => {
    const titles = (list: RegExp) =>
      suite.page.getByRole("region", { name: list }).locator("[title]").allInnerTexts();

    test("says how to make strengths, and shows them once they are there, without a restart", async () => {
      await suite.visit("/compare");
      await suite.page.getByText("cliptune index strengths").waitFor();
      await writeSmallStrengths(join(suite.dir, "index"), join(suite.dir, "model"));
      await suite.reload();
      await suite.page.getByText("Describe a picture to see what training moved.").waitFor();
    });

    test("what is typed before the script has arrived is asked, and an example is one click away", async () => {
      const release = await holdBack(suite.page, /\.js(\?|$)/);
      await suite.page.goto("/compare", { waitUntil: "commit" });
      await suite.page.getByRole("searchbox").fill("a red circle");
      release();
      await suite.page.getByRole("heading", { name: "Tuned, strength 1" }).waitFor();
      await suite.page.getByRole("button", { name: "Clear the search" }).click();
      await suite.page
        .getByRole("button", { name: /^(red|green|blue|gold|black|purple)/ })
        .first()
        .click();
      await suite.page.getByRole("heading", { name: "Tuned, strength 1" }).waitFor();
    });

    test("a comparison that fails can be tried again", async () => {
      await suite.visit("/compare");
      await suite.page.route(/api\/compare/, (route) => route.abort("connectionrefused"));
      await suite.page.getByRole("searchbox").fill("a red circle");
      await suite.page.getByText("The server does not answer.").waitFor();
      await suite.page.unroute(/api\/compare/);
      await suite.page.getByRole("button", { name: "Try again" }).click();
      await suite.page.getByRole("heading", { name: "Tuned, strength 1" }).waitFor();
      suite.forgive(/ERR_CONNECTION_REFUSED/);
    });

    test("a query is answered by base and tuned, moves are marked, the slider changes the strength", async () => {
      await suite.visit("/compare");
      await suite.page.getByRole("searchbox").fill("a red circle");
      await suite.page.getByRole("heading", { name: "Tuned, strength 1" }).waitFor();
      const base = await titles(/^Untuned base/);
      const tuned = await titles(/^Tuned/);
      expect(base).toHaveLength(12);
      expect(tuned).not.toEqual(base);
      const reply = await (
        await suite.page.request.get("/api/compare?q=a+red+circle&strength=1&k=18")
      ).json();
      const risen = reply.tuned.findIndex(
        ({ otherRank }: { otherRank: number }, i: number) => i < 12 && otherRank > i + 1,
      );
      const row = suite.page
        .getByRole("region", { name: /^Tuned/ })
        .getByRole("listitem")
        .nth(risen);
      await row.getByText(`up from place ${reply.tuned[risen].otherRank}`).waitFor();
      for (const [i, { otherRank }] of reply.tuned.entries())
        expect(reply.base[otherRank - 1].id).toBe(reply.tuned[i].id);
      await suite.page.getByRole("slider", { name: /Strength of the adapter/ }).press("Home");
      await suite.page.getByRole("heading", { name: "Tuned, strength 0" }).waitFor();
      expect(await titles(/^Tuned/)).toEqual(base);
      expect(await suite.page.getByText("same place").count()).toBe(24);
      await suite.page.getByRole("slider").press("ArrowRight");
      await suite.page.getByRole("heading", { name: "Tuned, strength 0.5" }).waitFor();
      expect(new URL(suite.page.url()).search).toBe("?q=a+red+circle&strength=0.5");
      await suite.reload();
      await suite.page.getByRole("heading", { name: "Tuned, strength 0.5" }).waitFor();
    });

    test("recall in and out of domain is drawn over the strengths", async () => {
      await suite.visit("/compare");
      await suite.page
        .getByRole("img", {
          name: /in-domain from 0.1 to 0.5 strength 2; out-of-domain from 0.6 to 0.2/,
        })
        .waitFor();
    });

    test.each([
      ["/api/compare", "Parameter q is missing"],
      ["/api/compare?q=a&strength=-1", "Parameter strength"],
      ["/api/compare?q=a&strength=0.75", "it must be one of 0, 0.5, 1, 2"],
    ])("%s is refused with a sentence", async (path, words) => {
      const response = await suite.page.request.get(path);
      expect(response.status()).toBe(400);
      expect((await response.json()).error).toContain(words);
    });

    fitsEveryone(suite, "an answer", () => suite.visit("/compare?q=blue&strength=1"));
  },
);
