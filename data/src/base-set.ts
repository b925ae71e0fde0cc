import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { BASE_PACKAGES, type BasePackage, WIDE_PACKAGES } from "./base-packages.js";
import { heldOutFamilies } from "./emoji-family.js";
import { emojiPictures } from "./emoji-pictures.js";
import { artByHex, artByName, type EmojiArt } from "./emoji-style.js";
import { type Emoji, readEmoji } from "./emoji-text.js";
import {
  type IconDrawing,
  lucideIcons,
  namedIcons,
  phosphorIcons,
  tablerIcons,
} from "./icon-drawings.js";
import { iconPictures, iconPlaces } from "./icon-pictures.js";
import { normaliseHex, readIconSet } from "./iconify.js";
import { findPackage, type InstalledPackage } from "./package-files.js";
import { oneTestPerTitle, type Picture } from "./picture.js";
import { translatedCaptions } from "./translations.js";
import { UserError } from "./user-error.js";

/** What the base set is made of. */
export interface BaseOptions {
  readonly fold: number;
  /** Eleven further packages, and emoji's names in six further languages among the captions. */
  readonly wide?: boolean;
}

/**
 * All pictures of the pre-training base: emoji in eight styles and six icon sets; wide, in ten styles and fifteen sets.
 *
 * "train" has no held-out family in any style, and no icon called like one. "test" is Noto's drawing of
 * each held-out title, "test-variant" what the other styles and the icon sets have of it.
 *
 * @param cacheDir folder under whose node_modules the packages of `BASE_PACKAGES` were installed
 */
export async function basePictures(
  cacheDir: string,
  { fold, wide = false }: BaseOptions,
): Promise<Picture[]> {
  const text = findPackage("emojibase-data");
  const emoji = readEmoji(text);
  const translated = wide ? { translated: translatedCaptions(text) } : {};
  const held = heldOutFamilies(emoji, fold);
  const place = iconPlaces(emoji, held);
  const emojiSplit = (family: string) => (held.has(family) ? "test" : "train");
  const pictures: Picture[] = [];
  for (const source of wide ? [...BASE_PACKAGES, ...WIDE_PACKAGES] : BASE_PACKAGES) {
    const found = installed(source, cacheDir);
    const { name, licence, style } = source;
    const facts = { source: name, licence, style, ...translated };
    const drawings = emojiDrawings(source, found, emoji);
    pictures.push(
      ...(drawings === undefined
        ? iconPictures(await iconDrawings(source, found), facts, place)
        : emojiPictures(drawings, facts, emojiSplit)),
    );
  }
  return oneTestPerTitle(pictures);
}

/** The exact version of a base package, or a clear error. */
function installed({ name, version }: BasePackage, cacheDir: string): InstalledPackage {
  const root = join(resolve(cacheDir), "node_modules");
  if (!existsSync(join(root, name, "package.json"))) {
    throw new UserError(`${name} is not in ${root}; run "npm run base -w data", which fetches it.`);
  }
  const found = findPackage(name, `${resolve(cacheDir)}/`);
  if (found.version !== version) {
    throw new UserError(
      `${name} in ${root} is ${found.version}; the base set is made from ${version}.`,
    );
  }
  return found;
}

function emojiDrawings(
  { layout }: BasePackage,
  found: InstalledPackage,
  emoji: readonly Emoji[],
): EmojiArt[] | undefined {
  if (layout === "hex") return artByHex(emoji, readIconSet(found));
  if (layout === "name") return artByName(emoji, readIconSet(found));
  if (layout === "webp") return artInFiles(emoji, join(found.dir, "assets"));
  return undefined;
}

/** Drawings in files called by their code points, `1f34e.webp`. */
function artInFiles(emoji: readonly Emoji[], folder: string): EmojiArt[] {
  const files = new Map(
    readdirSync(folder).map((file) => [normaliseHex(file.replace(/\.webp$/, "")), file]),
  );
  return emoji.flatMap((one) => {
    const file = files.get(one.hex);
    return file === undefined
      ? []
      : [{ name: one.hex, emoji: one, art: { file: join(folder, file) } }];
  });
}

async function iconDrawings(
  { layout, names }: BasePackage,
  found: InstalledPackage,
): Promise<IconDrawing[]> {
  if (layout === "lucide") return lucideIcons(found);
  if (layout === "phosphor") return phosphorIcons(found);
  if (layout === "tabler") return tablerIcons(found);
  return namedIcons(found, names);
}
