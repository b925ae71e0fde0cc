import { normaliseHex } from "./iconify.js";
import type { InstalledPackage } from "./package-files.js";
import { readJson } from "./package-files.js";
import { cleanTitle } from "./wording.js";

/** One emoji as Unicode and CLDR speak of it; skin tones are not emoji of their own here. */
export interface Emoji {
  /** normalised code points, "1f34e" */
  readonly hex: string;
  /** CLDR's label as it stands, "woman’s hat" */
  readonly label: string;
  readonly title: string;
  readonly tags: readonly string[];
  /** "food & drink" */
  readonly category: string;
  /** key of the subgroup, "food-fruit" */
  readonly subgroup: string;
}

interface EmojibaseEntry {
  readonly label: string;
  readonly hexcode: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly subgroup?: number;
}

interface EmojibaseMessages {
  readonly groups: readonly { readonly order: number; readonly message: string }[];
  readonly subgroups: readonly { readonly order: number; readonly key: string }[];
}

const FLAGS = new Set(["country-flag", "subdivision-flag"]);

/** English emoji of `emojibase-data` in Unicode's order; regional letters are left out, and so are national flags. */
export function readEmoji({ dir }: InstalledPackage): Emoji[] {
  const messages = readJson<EmojibaseMessages>(dir, "en", "messages.json");
  const groups = new Map(messages.groups.map((g) => [g.order, cleanTitle(g.message)]));
  const subgroups = new Map(messages.subgroups.map((s) => [s.order, s.key]));
  return readJson<EmojibaseEntry[]>(dir, "en", "data.json")
    .filter((entry) => entry.group !== undefined)
    .map((entry) => ({
      hex: normaliseHex(entry.hexcode),
      label: entry.label,
      title: cleanTitle(entry.label),
      tags: (entry.tags ?? []).map(cleanTitle),
      category: groups.get(entry.group as number) ?? "",
      subgroup: subgroups.get(entry.subgroup as number) ?? "",
    }))
    .filter((emoji) => !FLAGS.has(emoji.subgroup));
}
