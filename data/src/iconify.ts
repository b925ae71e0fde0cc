import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstalledPackage } from "./package-files.js";
import { readJson } from "./package-files.js";

interface Placed {
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
  readonly hidden?: boolean;
  readonly hFlip?: boolean;
  readonly vFlip?: boolean;
  readonly rotate?: number;
}

interface IconifyJson extends Placed {
  readonly icons: Record<string, Placed & { readonly body: string }>;
  readonly aliases?: Record<string, Placed & { readonly parent: string }>;
}

/** An Iconify icon set: names (aliases too) and their drawings. */
export interface IconSet {
  /** names of icons proper, in the package's order */
  readonly names: readonly string[];
  /** normalised code points → name; empty where the package does not tell */
  readonly namesByHex: ReadonlyMap<string, string>;
  /** SVG text, or undefined for an unknown name */
  svg(name: string): string | undefined;
}

/** Reads `icons.json` (and `chars.json` where there is one) of an `@iconify-json/*` package. */
export function readIconSet({ dir }: InstalledPackage): IconSet {
  const data = readJson<IconifyJson>(dir, "icons.json");
  const chars = existsSync(join(dir, "chars.json"))
    ? readJson<Record<string, string>>(dir, "chars.json")
    : {};
  return {
    names: Object.keys(data.icons).filter((name) => data.icons[name]?.hidden !== true),
    namesByHex: new Map(Object.entries(chars).map(([hex, name]) => [normaliseHex(hex), name])),
    svg: (name) => drawing(data, name),
  };
}

/** Code points in lower case without variation selectors and leading zeros: "0023-FE0F-20E3" gives "23-20e3". */
export function normaliseHex(hex: string): string {
  return hex
    .toLowerCase()
    .split("-")
    .filter((part) => part !== "fe0f")
    .map((part) => part.replace(/^0+(?=.)/, ""))
    .join("-");
}

function drawing(data: IconifyJson, name: string): string | undefined {
  const alias = data.aliases?.[name];
  const icon = data.icons[alias?.parent ?? name];
  if (icon === undefined) return undefined;
  // Rotated, upside-down or chained aliases are no emoji of ours: leave them out rather than draw them wrong.
  if (alias?.rotate !== undefined || alias?.vFlip === true) return undefined;
  const [left, top] = [icon.left ?? data.left ?? 0, icon.top ?? data.top ?? 0];
  const [width, height] = [icon.width ?? data.width ?? 16, icon.height ?? data.height ?? 16];
  const body = alias?.hFlip
    ? `<g transform="translate(${2 * left + width} 0) scale(-1 1)">${icon.body}</g>`
    : icon.body;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}">${body}</svg>`;
}
