import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { expect, test } from "vitest";
import { fitCamera, toScreen } from "../lib/camera";
import type { ReadyMap } from "../lib/map";
import { browserSuite, fitsEveryone } from "./browser-suite";
import { buildSmallIndex, drawManyShapes } from "./small-index";

browserSuite(
  "the map in a browser",
  async (dir) => {
    await buildSmallIndex(join(dir, "index"), tinyModelDir, await drawManyShapes());
    return { CLIPTUNE_INDEX: join(dir, "index") };
  },
  (suite) => {
    const canvas = (shown: number | RegExp) =>
      suite.page.getByRole("img", {
        name: typeof shown === "number" ? `Map of 90 pictures; ${shown} of them in view` : shown,
      });
    const visit = async (path: string) => {
      await suite.visit(path);
      await canvas(90).waitFor();
    };
    /** The colour that `drawManyShapes` gives it, fifteen pictures each, in quarters of red, green and blue. */
    const inkOf = (picture: number) =>
      ["3,0,0", "0,2,0", "0,0,3", "3,3,0", "2,0,2", "0,0,0"][Math.floor(picture / 15)]!;
    const chosen = () => suite.page.getByRole("region", { name: "Chosen pictures" });
    const readMap = async () =>
      (await (await suite.page.request.get("/api/map")).json()) as ReadyMap;

    /** Where the pictures are drawn while all are seen, in pixels of the page. */
    const placesOfAll = async (): Promise<[number, number][]> => {
      const { neighbours } = await readMap();
      const box = (await canvas(90).boundingBox())!;
      const camera = fitCamera(neighbours, box);
      return Array.from({ length: neighbours.length / 2 }, (_, picture) => {
        const place = [neighbours[2 * picture]!, neighbours[2 * picture + 1]!] as const;
        const [x, y] = toScreen(camera, box, place);
        return [box.x + x, box.y + y];
      });
    };
    const placeOf = async (picture: number) => (await placesOfAll())[picture]!;

    test("is made at the first visit, and shows all pictures", async () => {
      await visit("/map");
      const inks = () =>
        canvas(90).evaluate((element) => {
          const drawn = element as HTMLCanvasElement;
          const context = drawn.getContext("2d")!;
          const { data } = context.getImageData(0, 0, drawn.width, drawn.height);
          const colours = new Set<string>();
          for (let i = 0; i < data.length; i += 4) {
            colours.add([...data.subarray(i, i + 3)].map((value) => value >> 6).join());
          }
          return [...colours];
        });
      // Once the pictures have come in the place of dots, the colour of each that no later one lies on.
      const places = await placesOfAll();
      const covers = ([x, y]: [number, number], [u, v]: [number, number]) =>
        Math.max(Math.abs(x - u), Math.abs(y - v)) < 64;
      const seen = places.flatMap((place, i) =>
        places.slice(i + 1).some((later) => covers(place, later)) ? [] : [inkOf(i)],
      );
      expect(seen.length).toBeGreaterThan(0);
      await expect.poll(inks).toEqual(expect.arrayContaining(seen));
    });

    test("a field colours it, and a click on a colour lists its pictures with links", async () => {
      await visit("/map");
      const { page } = suite;
      await page.getByRole("combobox", { name: "Colour by" }).selectOption("colour");
      await page.getByRole("button", { name: "gold 15" }).click();
      await page.getByRole("heading", { name: "15 pictures chosen" }).waitFor();
      expect(new URL(page.url()).search).toBe("?field=colour");
      const titles = await chosen().getByRole("link").allInnerTexts();
      expect(new Set(titles.map((title) => title.trim().split(" ")[0]))).toEqual(new Set(["gold"]));
      await suite.reload();
      await page.getByRole("button", { name: "gold 15" }).waitFor();
      await page.getByRole("combobox", { name: "Colour by" }).selectOption("size");
      await page.getByRole("button", { name: "0 18", exact: true }).click();
      await page.getByRole("heading", { name: "18 pictures chosen" }).waitFor();
      await chosen().getByRole("link").first().click();
      await page.getByRole("list", { name: /^Results/ }).waitFor();
      expect(new URL(page.url()).searchParams.get("like")).toContain("-0.png");
    });

    test("a lasso chooses what is inside; Escape lets go", async () => {
      await visit("/map");
      const { page } = suite;
      const lasso = async (left: number, right: number) => {
        const box = (await canvas(90).boundingBox())!;
        const spots = [
          [left, 0.01],
          [right, 0.01],
          [right, 0.99],
          [left, 0.99],
        ] as const;
        for (const [i, [x, y]] of spots.entries()) {
          await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 3 });
          if (i === 0) await page.mouse.down();
        }
        await page.mouse.up();
      };
      await page.getByText("Lasso", { exact: true }).click();
      await lasso(0.01, 0.99);
      await page.getByRole("heading", { name: "90 pictures chosen" }).waitFor();
      expect(await chosen().getByRole("listitem").count()).toBe(60);
      await page.getByRole("button", { name: "30 more" }).click();
      expect(await chosen().getByRole("listitem").count()).toBe(90);
      await canvas(90).press("Escape");
      await chosen().waitFor({ state: "detached" });
      await page.getByText("Move", { exact: true }).click();
      await page.keyboard.down("Shift");
      await lasso(0.01, 0.5);
      await page.keyboard.up("Shift");
      const { neighbours } = await readMap();
      const xs = neighbours.filter((_, i) => i % 2 === 0);
      const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
      const left = xs.filter((x) => x < middle).length;
      await page.getByRole("heading", { name: `${left} pictures chosen` }).waitFor();
    });

    test("keys, wheel and buttons move and zoom, and what is in view can be listed", async () => {
      await visit("/map");
      const { page } = suite;
      const thumbnails: string[] = [];
      page.on("request", (request) => {
        if (request.url().includes("/api/thumbnails/")) thumbnails.push(request.url());
      });
      const map = suite.page.getByRole("img", { name: /^Map of 90/ });
      let picture = 7;
      const nearTo = async () => {
        await map.focus();
        await page.keyboard.press("0"); // all of it, in the size that the map has now
        await canvas(90).waitFor();
        await page.mouse.move(...(await placeOf(picture++)));
        // Apart: Chromium makes one event of those that come within a frame.
        for (let i = 0; i < 12; i++) {
          await page.mouse.wheel(0, -150);
          await page.waitForTimeout(60);
        }
        // It also sends them to where the first one went, until the wheel has rested for half a second.
        await page.waitForTimeout(700);
        return thumbnails.length;
      };
      // Near, each picture comes by itself.
      await expect.poll(nearTo, { timeout: 50_000 }).toBeGreaterThan(0);
      await canvas(90).waitFor({ state: "detached" });
      await map.focus();
      await page.keyboard.press("0");
      await canvas(90).waitFor();
      for (let i = 0; i < 40; i++) await page.keyboard.press("ArrowLeft");
      await canvas(0).waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await canvas(90).waitFor();
      await map.focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press("+");
      await canvas(90).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Show all" }).click();
      await canvas(90).waitFor();
      for (let i = 0; i < 4; i++) await page.getByRole("button", { name: "Zoom in" }).click();
      await canvas(90).waitFor({ state: "detached" });
      // The label follows the view; in the middle of the map there may be no picture at all.
      const told = async () =>
        Number(/(\d+) of/.exec((await map.getAttribute("aria-label"))!)?.[1]);
      const listed = async () => {
        await page.getByRole("button", { name: "List what is in view" }).click();
        const [heading = "0"] = await chosen().getByRole("heading").allInnerTexts();
        return Number.parseInt(heading, 10) - (await told());
      };
      await expect.poll(listed, { timeout: 50_000 }).toBe(0);
    });

    test("two fingers zoom, and a click chooses one picture", async () => {
      const { page } = suite;
      await visit("/map");
      const map = page.getByRole("img", { name: /^Map of 90/ });
      const box = (await map.boundingBox())!;
      const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
      const touches = await page.context().newCDPSession(page);
      const touch = (type: "touchStart" | "touchMove" | "touchEnd", reach: number) =>
        touches.send("Input.dispatchTouchEvent", {
          type,
          touchPoints:
            type === "touchEnd"
              ? []
              : [-1, 1].map((side, id) => ({ id, x: middle[0] + side * reach, y: middle[1] })),
        });
      await touch("touchStart", 20);
      for (let reach = 40; reach <= 300; reach += 20) await touch("touchMove", reach);
      await touch("touchEnd", 0);
      await canvas(90).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Show all" }).click();
      await canvas(90).waitFor();
      await page.mouse.click(...(await placeOf(7)));
      await page.getByRole("heading", { name: "1 picture chosen" }).waitFor();
    });

    test("words lie on the map beside their pictures, in the address, and go again", async () => {
      const { page } = suite;
      await visit("/map");
      await page.getByRole("searchbox").fill("red circle");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Take red circle off the map" }).waitFor();
      expect(new URL(page.url()).search).toBe("?q=red+circle");
      const found = await (await page.request.get("/api/search?q=red+circle&k=1")).json();
      await page.getByText(`“red circle” is on the map; closest: ${found.hits[0].title}`).waitFor();
      await suite.reload();
      await page.getByRole("button", { name: "Take red circle off the map" }).click();
      await expect.poll(() => new URL(page.url()).search).toBe("");
    });

    test("pictures and titles lie in one plane, with the gap between them in figures", async () => {
      const { page } = suite;
      await visit("/map?view=plane");
      const { gap, shares, titlePlane } = await readMap();
      expect(titlePlane).toHaveLength(180);
      const share = Math.round(100 * shares.reduce((sum, one) => sum + one, 0));
      await page.getByText(`titles, ${share} % of their variance`).waitFor();
      await page.getByText(`mean title, is ${gap!.toFixed(2)}; this plane shows`).waitFor();
    });

    test("a map that cannot be had says why, and is asked for again", async () => {
      const { page } = suite;
      await page.route("**/api/map", (route) =>
        route.fulfill({ status: 503, json: { error: "The index is gone." } }),
      );
      await page.goto("/map");
      await page.getByText("The index is gone.").waitFor();
      await page.unroute("**/api/map");
      await page.getByRole("button", { name: "Try again" }).click();
      await canvas(90).waitFor();
      suite.forgive(/503/);
    });

    fitsEveryone(suite, "the chosen of a colour", async () => {
      await visit("/map?field=colour&q=red+circle&view=plane");
      await suite.page.getByRole("button", { name: "gold 15" }).click();
      await suite.page.getByRole("heading", { name: "15 pictures chosen" }).waitFor();
    });
  },
);
