import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { foldOf } from "./fold.js";
import type { InstalledPackage } from "./package-files.js";
import { oneTestPerTitle, type Picture } from "./picture.js";
import { nameInWords } from "./wording.js";

/** Words that tell two drawings of one sign apart, at the front and anywhere. */
const PREFIX = /^(end of|no|except) /;
const SIDES = /\b(left|right|first|reverse)\b/g;
const QUALIFIERS = /\b(only|led|mandatory)\b/g;

/** What a sign is about, without sides, numbers and negation: "no left turn" and "turn right" share "turn". */
export function signFamily(title: string): string {
  const tidy = (text: string) => text.replace(/\s+/g, " ").trim();
  const core = tidy(title.replace(/\d+/g, "#").replace(SIDES, " ")).replace(PREFIX, "");
  return tidy(core.replace(QUALIFIERS, " "));
}

/**
 * The world's traffic signs. A file name is the whole caption:
 * `<category>--<words-of-title>--g<variant>.svg`.
 */
export function signPictures(found: InstalledPackage, fold: number): Picture[] {
  const folder = join(found.dir, "package_signs");
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".svg"))
    .sort();
  return oneTestPerTitle(files.map((file) => signPicture(folder, file, fold)));
}

function signPicture(folder: string, file: string, fold: number): Picture {
  const stem = file.slice(0, -".svg".length);
  const [category = "", name = ""] = stem.split("--");
  const title = nameInWords(name);
  const family = signFamily(title);
  // A speed more or less is no other sign: recall over numbers would measure reading of digits.
  const held = foldOf(family) === fold && !/\d/.test(title);
  return {
    art: { svg: readFileSync(join(folder, file), "utf8") },
    row: {
      file_name: `images/${stem}.png`,
      title,
      captions: signCaptions(title, category),
      family,
      split: held ? "test" : "train",
      category,
      source: "@rapideditor/mapillary_sprite_source",
      licence: "MIT",
    },
  };
}

/** Half of the draws are the bare title, which is what people type. */
function signCaptions(title: string, category: string): string[] {
  return [
    title,
    title,
    title,
    `${title} sign`,
    `${category} sign: ${title}`,
    `traffic sign: ${title}`,
  ];
}
