import sharp from "sharp";
import { readImage } from "../open-data-set.js";
import type { Pair } from "../pair.js";

const cell = 160;
const line = 15;
const textHeight = 2 * line + 8;
const gap = 10;

/** A JPEG of pictures with their titles under them, `columns` beside one another. */
export async function contactSheet(pairs: readonly Pair[], columns = 8): Promise<Uint8Array> {
  const across = Math.max(1, Math.min(columns, pairs.length));
  const rows = Math.max(1, Math.ceil(pairs.length / across));
  const [stepX, stepY] = [cell + gap, cell + textHeight + gap];
  const cells = await Promise.all(
    pairs.map(async (pair, i) => {
      const [left, top] = [gap + (i % across) * stepX, gap + Math.floor(i / across) * stepY];
      const title = { input: Buffer.from(titleSvg(pair.title)), left, top: top + cell };
      return [{ input: await thumbnail(pair), left, top }, title];
    }),
  );
  const [width, height] = [gap + across * stepX, gap + rows * stepY];
  const background = "#fff";
  return sharp({ create: { width, height, channels: 3, background } })
    .composite(cells.flat())
    .jpeg({ quality: 85 })
    .toBuffer();
}

async function thumbnail(pair: Pair): Promise<Buffer> {
  const background = "#f0f0f0";
  return sharp(await readImage(pair))
    .autoOrient()
    .flatten({ background: "#fff" })
    .resize(cell, cell, { fit: "contain", background })
    .png()
    .toBuffer();
}

/** Two lines of some 24 letters; wide scripts count double. */
function titleSvg(title: string): string {
  const [first = "", second = ""] = wrap(title, 24);
  const texts = [first, second].map(
    (text, i) => `<text x="0" y="${(i + 1) * line}">${escaped(text)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${cell}" height="${textHeight}" font-family="sans-serif" font-size="12">${texts.join("")}</svg>`;
}

const escaped = (text: string): string =>
  text.replace(/\p{Cc}/gu, " ").replace(/[<>&"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** East Asian letters and emoji are twice as wide. */
const widthOf = (mark: string): number => (mark.codePointAt(0)! >= 0x1100 ? 2 : 1);

function wrap(text: string, width: number): string[] {
  const lines = [""];
  let used = 0;
  for (const word of text.split(/(?<=\s)|(?=[\u2e80-\uffef])/u)) {
    const length = [...word].reduce((sum, mark) => sum + widthOf(mark), 0);
    if (used > 0 && used + length > width) {
      lines.push("");
      used = 0;
    }
    lines[lines.length - 1] += word;
    used += length;
  }
  if (lines.length > 2) lines[1] = `${lines[1]!.trimEnd()} …`;
  return lines;
}
