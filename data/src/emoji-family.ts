import type { Emoji } from "./emoji-text.js";
import { foldOf } from "./fold.js";
import { TWIN_FAMILIES } from "./twin-families.js";

/** Subgroups whose pictures differ in a detail alone: one family each. */
const WHOLE_SUBGROUPS: Readonly<Record<string, string>> = {
  alphanum: "alphanum",
  arrow: "arrow",
  family: "family",
  geometric: "geometric",
  "hair-style": "person",
  keycap: "keycap",
  person: "person",
  "skin-tone": "skin-tone",
  zodiac: "zodiac",
};

const RANGES: readonly (readonly [family: string, first: number, last: number])[] = [
  ["clock", 0x1f550, 0x1f567],
  ["moon", 0x1f311, 0x1f318],
  ["moon", 0x1f31a, 0x1f31d],
  ["book", 0x1f4d2, 0x1f4da],
  ["mailbox", 0x1f4ea, 0x1f4ed],
  ["globe", 0x1f30d, 0x1f310],
];

/** Joiner, gender signs, direction: they change a person, not what is done. */
const DECORATION = new Set(["200d", "2640", "2642", "27a1"]);
const ADULTS = new Set(["1f468", "1f469", "1f9d1"]);

/**
 * What an emoji shows, whoever draws it: the key by which it is held out in every style at once.
 * Code points without skin tone, joiner, gender and direction; near copies share a key.
 */
export function emojiFamily(emoji: Pick<Emoji, "hex" | "title" | "subgroup">): string {
  const key = plainFamily(emoji);
  return TWIN_FAMILIES[key] ?? key;
}

/** `emojiFamily` before families with twin pictures are joined. */
export function plainFamily({
  hex,
  title,
  subgroup,
}: Pick<Emoji, "hex" | "title" | "subgroup">): string {
  const whole = WHOLE_SUBGROUPS[subgroup];
  if (whole !== undefined) return whole;
  if (/^family|^couple/.test(title)) return "family";
  if (subgroup === "heart" && title.includes("heart")) return "heart";
  const first = Number.parseInt(hex, 16);
  const range = RANGES.find(([, low, high]) => first >= low && first <= high);
  if (range !== undefined) return range[0];
  return hex
    .split("-")
    .filter((part) => !DECORATION.has(part) && !isSkinTone(part))
    .map((part) => (ADULTS.has(part) ? "p" : part))
    .join("-");
}

function isSkinTone(part: string): boolean {
  const code = Number.parseInt(part, 16);
  return code >= 0x1f3fb && code <= 0x1f3ff;
}

/** Families of more emoji than this are near copies of each other (24 clock faces): no evidence, so train only. */
const LARGEST_TEST_FAMILY = 8;

/** The families held out when `fold` is: md5(family) mod 5 = fold, without the large ones. */
export function heldOutFamilies(emoji: readonly Emoji[], fold: number): Set<string> {
  const members = new Map<string, number>();
  for (const one of emoji) {
    const family = emojiFamily(one);
    members.set(family, (members.get(family) ?? 0) + 1);
  }
  const held = [...members].filter(
    ([family, n]) => n <= LARGEST_TEST_FAMILY && foldOf(family) === fold,
  );
  return new Set(held.map(([family]) => family));
}
