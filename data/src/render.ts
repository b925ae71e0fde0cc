import { readFile } from "node:fs/promises";
import sharp from "sharp";
import type { Art } from "./picture.js";

const WHITE = { r: 255, g: 255, b: 255 };

/**
 * Draws a picture on a white square and packs it as PNG.
 *
 * @param size side in pixels; a picture that is not square is centred, nothing is cut off
 * @returns the PNG, or undefined when nothing but white is to be seen
 */
export async function renderPng(art: Art, size: number): Promise<Buffer | undefined> {
  const input = "svg" in art ? Buffer.from(enlarge(art.svg, 2 * size)) : await readFile(art.file);
  const pixels = await sharp(input)
    .flatten({ background: WHITE })
    .resize(size, size, { fit: "contain", background: WHITE })
    .toColourspace("srgb")
    .raw()
    .toBuffer();
  if (pixels.every((value) => value > 250)) return undefined;
  const channels = (pixels.length / (size * size)) as 1 | 3;
  return sharp(pixels, { raw: { width: size, height: size, channels } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/**
 * The same SVG with its longer side at least `pixels` wide, so that it is rasterised crisply:
 * traffic signs say 24 px of themselves and would be blown up from that. Black stands for currentColor.
 */
export function enlarge(svg: string, pixels: number): string {
  const tag = /<svg\b[^>]*>/.exec(svg)?.[0];
  if (tag === undefined) return svg;
  const box = (attribute(tag, "viewBox") ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const width = Number.parseFloat(attribute(tag, "width") ?? "") || box[2] || 24;
  const height = Number.parseFloat(attribute(tag, "height") ?? "") || box[3] || 24;
  const scale = Math.max(1, pixels / Math.max(width, height));
  const bare = tag.replace(/\s(width|height)\s*=\s*("[^"]*"|'[^']*')/g, "");
  const viewBox = box.length === 4 ? "" : ` viewBox="0 0 ${width} ${height}"`;
  const sized = bare.replace(
    "<svg",
    `<svg width="${width * scale}" height="${height * scale}"${viewBox}`,
  );
  return svg.replace(tag, sized).replaceAll("currentColor", "#000");
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1];
}
