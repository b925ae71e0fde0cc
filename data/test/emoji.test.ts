import { describe, expect, test } from "vitest";
import { captionList } from "../dist/caption-list.js";
import { emojiFamily, heldOutFamilies, plainFamily } from "../dist/emoji-family.js";
import { notoPictures, openmojiPictures } from "../dist/emoji-sets.js";
import { readEmoji } from "../dist/emoji-text.js";
import { iconPlaces } from "../dist/icon-pictures.js";
import { findPackage } from "../dist/package-files.js";
import { TWIN_FAMILIES } from "../dist/twin-families.js";

const emoji = readEmoji(findPackage("emojibase-data"));
const byTitle = (title: string) => {
  const found = emoji.find((one) => one.title === title);
  if (found === undefined) throw new Error(`no emoji is called ${title}`);
  return found;
};

test("there are 1,661 emoji without flags, in 1,242 families before twins are joined", () => {
  expect(emoji).toHaveLength(1661);
  expect(new Set(emoji.map(plainFamily)).size).toBe(1242);
  expect(emoji.filter((one) => /flag: /.test(one.label))).toEqual([]);
});

test("gender, direction and joiners do not make another family", () => {
  const family = (title: string) => emojiFamily(byTitle(title));
  expect(family("woman running facing right")).toBe(family("person running"));
  expect(family("man cook")).toBe(family("woman cook"));
  expect(family("three o'clock")).toBe(family("one-thirty"));
  expect(family("fox")).not.toBe(family("wolf"));
});

test("a joined family stands for itself, so joining is done in one step", () => {
  const families = new Set(emoji.map(plainFamily));
  for (const [family, root] of Object.entries(TWIN_FAMILIES)) {
    expect(TWIN_FAMILIES[root]).toBeUndefined();
    expect(families).toContain(family);
    expect(families).toContain(root);
  }
});

test("families of many near copies are never evidence", () => {
  for (const fold of [0, 1, 2, 3, 4]) {
    const held = heldOutFamilies(emoji, fold);
    for (const title of [
      "one o'clock",
      "grinning face",
      "family man woman boy",
      "red heart",
      "aries",
    ]) {
      expect(held).not.toContain(emojiFamily(byTitle(title)));
    }
  }
});

describe("Noto and OpenMoji", () => {
  const noto = notoPictures(
    findPackage("@iconify-json/noto"),
    findPackage("emojibase-data"),
    0,
  ).map(({ row }) => row);
  const openmoji = openmojiPictures(findPackage("@iconify-json/openmoji"), emoji, 0).map(
    ({ row }) => row,
  );
  const families = (rows: typeof noto, split: string) =>
    new Set(rows.filter((row) => row.split === split).map((row) => row.family));

  test("Noto's training and test share no family", () => {
    const trained = families(noto, "train");
    expect([...families(noto, "test")].filter((family) => trained.has(family))).toEqual([]);
    expect(families(noto, "test").size).toBeGreaterThan(200);
  });

  test("what OpenMoji calls unseen is what Noto holds out", () => {
    expect(families(openmoji, "unseen")).toEqual(families(noto, "test"));
    const trained = families(noto, "train");
    expect([...families(openmoji, "unseen")].filter((family) => trained.has(family))).toEqual([]);
    expect([...families(openmoji, "seen")].filter((family) => !trained.has(family))).toEqual([]);
  });

  test("OpenMoji has no training split: its licence allows evaluation only here", () => {
    expect(new Set(openmoji.map((row) => row.split))).toEqual(new Set(["seen", "unseen", "extra"]));
    expect(new Set(openmoji.map((row) => row.licence))).toEqual(new Set(["CC-BY-SA-4.0"]));
  });

  test.each([
    ["noto", noto],
    ["openmoji", openmoji],
  ])("%s has one picture a title and one title a picture", (_, rows) => {
    expect(new Set(rows.map((row) => row.title)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.file_name)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(1600);
  });

  test("captions weigh the title most and add tags, category and templates", () => {
    const { captions } = noto.find((row) => row.title === "red apple") ?? { captions: [] };
    expect(captions).toHaveLength(20 + 12); // two in each of six further languages
    expect(captions).toContain("빨간 사과");
    expect(captions.filter((caption) => caption === "red apple")).toHaveLength(9);
    expect(captions).toContain("red apple emoji");
    expect(captions).toContain("food & drink: red apple");
    expect(captions.filter((caption) => caption.startsWith("red apple, "))).toHaveLength(4);
  });
});

test("tags that are empty or the title again give no caption", () => {
  const captions = captionList({
    title: "fox",
    tags: ["", "fox", "animal", "animal"],
    category: "",
    templates: ["a fox"],
  });
  expect(captions).toHaveLength(20);
  expect(new Set(captions)).toEqual(new Set(["fox", "fox, animal", "animal", "a fox"]));
});

test("an icon called like a held-out emoji is held out with it, any other trains", () => {
  const fox = byTitle("fox");
  const place = iconPlaces(emoji, new Set([emojiFamily(fox)]));
  expect(place("Fox")).toEqual({ family: emojiFamily(fox), split: "test-variant" });
  expect(place("wolf").split).toBe("train");
  expect(place("dragon spiral")).toEqual({ family: "icon dragon spiral", split: "train" });
});
