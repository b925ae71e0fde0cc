// The texts that a text tower learns the vectors of, in sets: what pictures are called, what else is said of them, common nouns,
// common words, words thrown together, and what things are called in other languages.
import { seededRandom } from "../../packages/clip/dist/index.js";

const COMPOSED = 60_000;

const framed = /^(a picture|an icon) of |( emoji| icon)$|: /;

/** The words beside a title, from the English captions, which come first. */
export function tagsOf({ title, captions }) {
  const parts = new Set(captions.slice(0, 20).flatMap((caption) => caption.split(", ")));
  return [...parts].filter((part) => part !== title && !framed.test(part));
}

/**
 * @param rows of the base set's metadata
 * @param groups texts that mean the same, the name first
 * @param words common English ones
 * @returns by set, `{ meaning, texts }`: the texts get the vector of `meaning`
 */
export function makeLessons(rows, { groups, words, seed }) {
  const own = (texts) => [...new Set(texts)].map((text) => ({ meaning: text, texts: [text] }));
  const titles = [...new Set(rows.map(({ title }) => title))];
  const said = rows.flatMap(({ title, captions }) =>
    captions.slice(9, 20).map((text) => ({ meaning: framed.test(text) ? title : text, text })),
  );
  const translated = rows.flatMap(({ title, captions }) =>
    captions.slice(20).map((text) => ({ meaning: title, text })),
  );
  return {
    titles: own(titles),
    captions: distinct(said),
    nouns: groups.map((texts) => ({ meaning: texts[0], texts: [texts[0], ...texts] })),
    words: own(words),
    composed: own(compose(titles, words, seed)),
    translated: distinct(translated),
  };
}

const distinct = (lessons) => [
  ...new Map(
    lessons.map(({ meaning, text }) => [`${meaning}\n${text}`, { meaning, texts: [text] }]),
  ).values(),
];

/** Two to four words of titles and of the language, in any order. */
function compose(titles, words, seed) {
  const random = seededRandom(seed, "composed");
  const known = [...new Set(titles.flatMap((title) => title.split(" ")))];
  const pick = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: COMPOSED }, () => {
    const count = 2 + Math.floor(3 * random() * random());
    return Array.from({ length: count }, () => pick(random() < 0.7 ? known : words)).join(" ");
  });
}
