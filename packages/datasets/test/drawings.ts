import { seededRandom } from "@cliptune/clip";
import sharp from "sharp";

/** A picture of a dozen coloured shapes that only its number decides. */
export async function drawing(number: number, width = 240, height = 160): Promise<Buffer> {
  const random = seededRandom(7, "drawing", number);
  const draw = (most: number) => Math.floor(random() * most);
  const shapes = Array.from({ length: 12 }, () => {
    const fill = `rgb(${draw(256)},${draw(256)},${draw(256)})`;
    return `<ellipse cx="${draw(240)}" cy="${draw(160)}" rx="${20 + draw(60)}" ry="${10 + draw(40)}" fill="${fill}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 160" preserveAspectRatio="none" width="${width}" height="${height}"><rect width="240" height="160" fill="white"/>${shapes.join("")}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}
