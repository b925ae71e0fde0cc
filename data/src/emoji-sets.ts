import { captionList } from "./caption-list.js";
import { heldOutFamilies } from "./emoji-family.js";
import { emojiPictures } from "./emoji-pictures.js";
import { artByHex } from "./emoji-style.js";
import { type Emoji, readEmoji } from "./emoji-text.js";
import { type IconSet, readIconSet } from "./iconify.js";
import type { InstalledPackage } from "./package-files.js";
import { oneTestPerTitle, type Picture } from "./picture.js";
import { translatedCaptions } from "./translations.js";
import { nameInWords } from "./wording.js";

/**
 * Noto Emoji in seven languages, one picture a title; "test" is what the base model has never seen in any style.
 *
 * @param text `emojibase-data`
 */
export function notoPictures(
  noto: InstalledPackage,
  text: InstalledPackage,
  fold: number,
): Picture[] {
  const emoji = readEmoji(text);
  const held = heldOutFamilies(emoji, fold);
  const translated = translatedCaptions(text);
  const facts = { source: noto.name, licence: "Apache-2.0", style: "noto", translated };
  const drawings = artByHex(emoji, readIconSet(noto));
  return oneTestPerTitle(
    emojiPictures(drawings, facts, (family) => (held.has(family) ? "test" : "train")),
  );
}

/**
 * OpenMoji, for evaluation only (CC BY-SA 4.0): "seen" concepts in a style never seen, "unseen" ones
 * (the held-out families), and "extra" drawings that are no Unicode emoji. One picture a title.
 */
export function openmojiPictures(
  openmoji: InstalledPackage,
  emoji: readonly Emoji[],
  fold: number,
): Picture[] {
  const held = heldOutFamilies(emoji, fold);
  const set = readIconSet(openmoji);
  const facts = { source: openmoji.name, licence: "CC-BY-SA-4.0", style: "openmoji" };
  const known = emojiPictures(artByHex(emoji, set), facts, (family) =>
    held.has(family) ? "unseen" : "seen",
  );
  return firstOfEachTitle([...known, ...extras(set, facts)]);
}

/** OpenMoji's own inventions live in Unicode's private use area, "e000" to "f8ff". */
function extras(set: IconSet, facts: { source: string; licence: string }): Picture[] {
  return [...set.namesByHex].flatMap(([hex, name]) => {
    const code = Number.parseInt(hex, 16);
    const svg = code >= 0xe000 && code <= 0xf8ff ? set.svg(name) : undefined;
    if (svg === undefined) return [];
    const title = nameInWords(name);
    const templates = [`${title} emoji`, `a picture of ${title}`];
    return [
      {
        art: { svg },
        row: {
          file_name: `images/openmoji-${hex}.png`,
          title,
          captions: captionList({ title, tags: [], category: "", templates }),
          family: `openmoji ${title}`,
          split: "extra",
          category: "extras",
          ...facts,
        },
      },
    ];
  });
}

function firstOfEachTitle(pictures: readonly Picture[]): Picture[] {
  const byTitle = new Map<string, Picture>();
  for (const picture of pictures) {
    if (!byTitle.has(picture.row.title)) byTitle.set(picture.row.title, picture);
  }
  return [...byTitle.values()];
}
