import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { IconNames } from "./base-packages.js";
import { readIconSet } from "./iconify.js";
import type { InstalledPackage } from "./package-files.js";
import { readJson } from "./package-files.js";
import { cleanTitle, nameInWords } from "./wording.js";

/** One icon: its drawing and its words. */
export interface IconDrawing {
  readonly name: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly category: string;
  readonly svg: string;
}

/** Icons of an Iconify set: the name says all; a trailing number ("microphone-karaoke-1") says nothing. */
export function namedIcons(
  found: InstalledPackage,
  { keep = /./, ending = /$/ }: IconNames = {},
): IconDrawing[] {
  const set = readIconSet(found);
  return set.names.flatMap((name) => {
    if (!keep.test(name)) return [];
    const svg = set.svg(name);
    const title = nameInWords(name.replace(ending, "").replace(/(-\d+)+$/, ""));
    return svg === undefined || title === "" ? [] : [{ name, title, tags: [], category: "", svg }];
  });
}

/** Lucide: `icons/<name>.svg`, tags in `tags.json`. */
export function lucideIcons({ dir }: InstalledPackage): IconDrawing[] {
  const tags = readJson<Record<string, string[]>>(dir, "tags.json");
  return Object.keys(tags)
    .sort()
    .map((name) => ({
      name,
      title: nameInWords(name),
      tags: (tags[name] ?? []).map(cleanTitle),
      category: "",
      svg: readFileSync(join(dir, "icons", `${name}.svg`), "utf8"),
    }));
}

interface PhosphorModule {
  readonly icons: readonly {
    readonly name: string;
    readonly tags: readonly string[];
    readonly categories: readonly string[];
  }[];
}

/** Phosphor in its two-tone weight, which is nearest to a picture. Tags such as "*new*" are marks, not words. */
export async function phosphorIcons({ dir }: InstalledPackage): Promise<IconDrawing[]> {
  const url = pathToFileURL(join(dir, "dist", "index.mjs")).href;
  const { icons } = (await import(url)) as PhosphorModule;
  return icons.map(({ name, tags, categories }) => ({
    name,
    title: nameInWords(name),
    tags: tags.filter((tag) => !tag.includes("*")).map(cleanTitle),
    category: cleanTitle(categories[0] ?? ""),
    svg: readFileSync(join(dir, "assets", "duotone", `${name}-duotone.svg`), "utf8"),
  }));
}

interface TablerIcon {
  readonly category: string;
  readonly tags: readonly (string | number)[];
  readonly styles: Readonly<Record<string, unknown>>;
}

/** "car-off" and "car-plus" are a car with a mark: what a program does to it, nothing to see. */
const marked =
  /-(off|plus|minus|x|check|cog|code|dollar|exclamation|heart|pause|pin|question|search|share|star|up|down|cancel|bolt|edit|[0-9]+)$/;

/** Tabler's outlines, without the marked variants and its companies' logos. */
export function tablerIcons({ dir }: InstalledPackage): IconDrawing[] {
  const icons = readJson<Record<string, TablerIcon>>(dir, "icons.json");
  return Object.entries(icons).flatMap(([name, { category, tags, styles }]) => {
    if (marked.test(name) || category === "Brand" || !("outline" in styles)) return [];
    return [
      {
        name,
        title: nameInWords(name),
        tags: tags.map((tag) => nameInWords(String(tag))),
        category: cleanTitle(category),
        svg: readFileSync(join(dir, "icons", "outline", `${name}.svg`), "utf8"),
      },
    ];
  });
}
