import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { en } from "../lib/words/en";
import { chooseLanguage, wordsOf } from "../lib/words/language";
import { type Language, languages } from "../lib/words/language-names";
import { counted, fill } from "../lib/words/words";

describe("the language of a page", () => {
  test.each([
    [undefined, null, "en"],
    [undefined, "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"],
    [undefined, "fr, ja;q=0.5, en;q=0.4", "ja"],
    [undefined, "ja;q=0, ko;q=0.1", "ko"],
    [undefined, "en;q=0.3,JA;q=0.9", "ja"],
    [undefined, ";;;q=x,,", "en"],
    ["ko", "ja", "ko"],
    ["constructor", "ja", "ja"],
  ])("chosen %s, accepted %s → %s", (chosen, accepted, language) => {
    expect(chooseLanguage(chosen, accepted)).toBe(language);
  });
});

/** Every text by its path. */
function texts(words: object, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${path}${key}`, value]] : texts(value, `${path}${key}.`),
  );
}

const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe.each(Object.keys(languages) as Language[])("%s", (language) => {
  const all = texts(wordsOf(language));

  test("says everything, and fills in what English fills in", () => {
    for (const [path, text] of all) {
      expect(text.trim(), path).toBe(text);
      expect(text, path).not.toBe("");
    }
    const known = new Map(all);
    for (const [path, text] of texts(en).filter(([key]) => !key.endsWith(".one")))
      expect(names(known.get(path) ?? "missing"), path).toEqual(names(text));
  });
});

test("every text is said somewhere", async () => {
  const folders = ["app", "components", "lib", "server"].map((name) =>
    fileURLToPath(new URL(`../${name}`, import.meta.url)),
  );
  const inside = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((file) => join(folder, file)),
    ),
  );
  const sources = inside.flat().filter((file) => /(?<!words\/(en|ja|ko))\.tsx?$/.test(file));
  const said = (await Promise.all(sources.map((file) => readFile(file, "utf8")))).join();
  const unsaid = Object.entries(en).flatMap(([part, words]) =>
    Object.keys(words)
      .filter((key) => !new RegExp(`\\b${part}\\.${key}\\b|"${key}"`).test(said))
      .map((key) => `${part}.${key}`),
  );
  expect(unsaid).toEqual([]);
});

test("numbers choose their form and are written as the language writes them", () => {
  expect(counted(en.search.results, 1, "en")).toBe("1 result");
  expect(counted(en.search.results, 12_345, "en")).toBe("12,345 results");
  expect(counted(wordsOf("ko").search.results, 1, "ko")).toBe("결과 1개");
  expect(fill("{a} {b}", { a: 1 })).toBe("1 {b}");
});
