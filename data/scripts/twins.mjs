// npm run twins -w data [-- --base DIR]
// Writes src/twin-families.ts: emoji families that some style draws almost alike. Run after
// "npm run base -w data"; then build and run that again, since families decide the split.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { plainFamily } from "../dist/emoji-family.js";
import { readEmoji } from "../dist/emoji-text.js";
import { findPackage } from "../dist/package-files.js";
import { joinTwins } from "../dist/twins.js";

const LEAST = 0.985;
const SIDE = 16;
const { values } = parseArgs({
  options: {
    base: {
      type: "string",
      default: fileURLToPath(new URL("../../.cliptune/base", import.meta.url)),
    },
  },
});

const families = new Map(
  readEmoji(findPackage("emojibase-data")).map((emoji) => [emoji.title, plainFamily(emoji)]),
);
const styles = new Map();
for (const line of readFileSync(join(values.base, "metadata.jsonl"), "utf8").trim().split("\n")) {
  const row = JSON.parse(line);
  const family = families.get(row.title);
  if (family === undefined || row.family.startsWith("icon ") || row.category === "") continue;
  if (!/emoj|noto/.test(row.source)) continue;
  const raw = await sharp(join(values.base, row.file_name))
    .resize(SIDE, SIDE)
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer();
  const list = styles.get(row.source) ?? [];
  styles.set(row.source, list);
  list.push({ family, pixels: Float32Array.from(raw) });
}
const joined = joinTwins([...styles.values()], LEAST);
const entries = [...joined].map(([family, root]) => `  "${family}": "${root}",\n`).join("");
writeFileSync(
  fileURLToPath(new URL("../src/twin-families.ts", import.meta.url)),
  `/**
 * Emoji family → the family it is joined with, because some style draws a pair of them almost alike
 * (correlation of ${SIDE}x${SIDE} thumbnails above ${LEAST}). Made by scripts/twins.mjs: do not edit.
 */
export const TWIN_FAMILIES: Readonly<Record<string, string>> = {
${entries}};
`,
);
console.log(JSON.stringify({ joined: joined.size }));
