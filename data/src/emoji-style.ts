import type { Emoji } from "./emoji-text.js";
import type { IconSet } from "./iconify.js";
import type { Art } from "./picture.js";
import { squeeze } from "./wording.js";

/** One drawing of one emoji in one style. */
export interface EmojiArt {
  /** name of the drawing inside its source: unique there */
  readonly name: string;
  readonly emoji: Emoji;
  readonly art: Art;
}

/** Drawings of a set that lists code points (Noto, Twemoji, Fluent, OpenMoji). */
export function artByHex(emoji: readonly Emoji[], set: IconSet): EmojiArt[] {
  return emoji.flatMap((one) => {
    const name = set.namesByHex.get(one.hex);
    const svg = name === undefined ? undefined : set.svg(name);
    return svg === undefined ? [] : [{ name: one.hex, emoji: one, art: { svg } }];
  });
}

/**
 * Drawings of a set that has names alone (Noto v1, EmojiOne, Firefox OS, Streamline): joined on the
 * letters and digits of CLDR's label. A trailing number counts variants of one drawing: "hushed-face-2".
 */
export function artByName(emoji: readonly Emoji[], set: IconSet): EmojiArt[] {
  const bySlug = new Map<string, Emoji>();
  for (const one of emoji) {
    const slug = squeeze(one.label);
    if (!bySlug.has(slug)) bySlug.set(slug, one);
  }
  return set.names.flatMap((name) => {
    const found = bySlug.get(squeeze(name)) ?? bySlug.get(squeeze(name.replace(/-\d+$/, "")));
    const svg = found === undefined ? undefined : set.svg(name);
    return found === undefined || svg === undefined ? [] : [{ name, emoji: found, art: { svg } }];
  });
}
