import { type Spot, toScreen } from "@/lib/camera";
import { copySquare, fillBox, type Raster, strokeBox } from "@/lib/raster";
import { drawLabels } from "./draw-labels";
import type { Frame, Scene } from "./scene";
import { largestTile } from "./tiles";
import { paleness } from "./tones";

/** From what size on, in CSS pixels, a picture is worth loading by itself, and how many at most. */
const nearSize = 44;
const mostNear = 250;
const dotSize = 4;

/** How large pictures are now, in CSS pixels: as large as there is room for, growing as one comes near. */
export function tileSize(
  { camera, whole, size }: Pick<Frame, "camera" | "whole" | "size">,
  count: number,
): number {
  const room = 0.75 * Math.sqrt((size.width * size.height) / Math.max(1, count));
  const start = Math.min(96, Math.max(6, room));
  return Math.min(180, Math.max(4, start * (camera.scale / whole.scale) ** 0.8));
}

/** What is in view, in the order in which it is drawn, each by its upper left corner. */
interface Shown {
  readonly pictures: readonly number[];
  readonly corner: (i: number) => Spot;
  /** In device pixels. */
  readonly side: number;
  readonly asDots: boolean;
}

/** Draws all; @returns the pictures in view */
export function drawMap(
  context: CanvasRenderingContext2D,
  scene: Scene,
  frame: Frame,
): readonly number[] {
  const { ratio, tones } = frame;
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  const raster = { width, height, pixels: new Uint32Array(image.data.buffer) };
  raster.pixels.fill(tones.surface.pixel);
  if (scene.titles) drawTitles(raster, scene.titles, frame);
  const shown = inView(scene, frame, raster);
  const small = shown.asDots || shown.side <= largestTile;
  if (small) drawSmall(raster, { scene, frame, shown });
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.putImageData(image, 0, 0);
  if (!small) drawLarge(context, { scene, frame, shown });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawLabels(context, scene, frame);
  return shown.pictures;
}

function inView(scene: Scene, frame: Frame, { width, height }: Raster): Shown {
  const { places, order } = scene;
  const { camera, ratio, tiles } = frame;
  const wanted = tileSize(frame, order.length);
  const asDots = scene.dots || !tiles || wanted < 6;
  const exact = Math.round((asDots ? dotSize : wanted) * ratio);
  const side = asDots || exact > largestTile ? exact : (tiles?.sizeFor(exact) ?? exact);
  const scale = camera.scale * ratio;
  const left = (width - side) / 2 - camera.x * scale;
  const top = (height - side) / 2 + camera.y * scale;
  const corner = (i: number): Spot => [
    Math.round(left + places[2 * i]! * scale),
    Math.round(top - places[2 * i + 1]! * scale),
  ];
  const pictures: number[] = [];
  for (const i of order) {
    const [x, y] = corner(i);
    if (x > -side && y > -side && x < width && y < height) pictures.push(i);
  }
  return { pictures, corner, side, asDots };
}

interface Parts {
  readonly scene: Scene;
  readonly frame: Frame;
  readonly shown: Shown;
}

const frameOf = (side: number) => Math.max(1, Math.round(side / 16));

/** Dots, and pictures up to the atlas's own size. */
function drawSmall(raster: Raster, { scene, frame, shown }: Parts): void {
  const { chosen, toneOf } = scene;
  const { tones, tiles } = frame;
  const { corner, side, asDots } = shown;
  const { pixel } = tones.surface;
  const level = asDots ? undefined : tiles?.level(side);
  const pale = level && chosen && tiles?.paleLevel(side, { pixel, share: paleness });
  const edge = asDots ? 0 : frameOf(side);
  for (const i of shown.pictures) {
    const [x, y] = corner(i);
    const isPale = chosen !== undefined && chosen[i] === 0;
    const tone = toneOf(i) ?? (asDots ? "accent" : undefined);
    if (tone !== undefined) {
      const wide = side + 2 * edge;
      const box = { x: x - edge, y: y - edge, width: wide, height: wide };
      fillBox(raster, box, isPale ? tones[tone].pale : tones[tone].pixel);
    }
    const from = isPale ? pale : level;
    if (from) copySquare(raster, from(i), { x, y, size: side });
  }
}

/** Pictures that are larger than in the atlas: each by itself where they are few, once it has come. */
function drawLarge(context: CanvasRenderingContext2D, { scene, frame, shown }: Parts): void {
  const { side, corner, pictures } = shown;
  const { tiles, tones, ratio } = frame;
  const near = side > nearSize * ratio && pictures.length <= mostNear;
  const edge = frameOf(side);
  for (const i of pictures) {
    const [x, y] = corner(i);
    context.globalAlpha = scene.chosen?.[i] === 0 ? 1 - paleness : 1;
    const tone = scene.toneOf(i);
    context.fillStyle = tone === undefined ? "#fff" : tones[tone].css;
    context.fillRect(x - edge, y - edge, side + 2 * edge, side + 2 * edge);
    const image = near ? tiles?.large(i) : undefined;
    if (!image) {
      tiles?.draw(context, i, { x, y, size: side });
      continue;
    }
    const scale = side / Math.max(image.naturalWidth, image.naturalHeight);
    const [width, height] = [image.naturalWidth * scale, image.naturalHeight * scale];
    context.fillStyle = "#fff";
    context.fillRect(x, y, side, side);
    context.drawImage(image, x + (side - width) / 2, y + (side - height) / 2, width, height);
  }
  context.globalAlpha = 1;
}

/** Hollow, so that they are told from pictures without colour. */
function drawTitles(raster: Raster, titles: Float32Array, frame: Frame): void {
  const { camera, size, ratio, tones } = frame;
  const side = Math.round(6 * ratio);
  const look = { colour: tones.ink.pixel, thick: Math.max(1, Math.round(ratio)) };
  for (let i = 0; i < titles.length; i += 2) {
    const [x, y] = toScreen(camera, size, [titles[i]!, titles[i + 1]!]);
    const box = { x: Math.round(x * ratio - side / 2), y: Math.round(y * ratio - side / 2) };
    strokeBox(raster, { ...box, width: side, height: side }, look);
  }
}

/** The picture under a pixel, of several the topmost. */
export function pictureAt(scene: Scene, frame: Frame, [px, py]: Spot): number | undefined {
  const wanted = tileSize(frame, scene.order.length);
  const half = Math.max(5, (scene.dots || !frame.tiles ? dotSize : wanted) / 2 + 1);
  return scene.order.findLast((i) => {
    const place: Spot = [scene.places[2 * i]!, scene.places[2 * i + 1]!];
    const [x, y] = toScreen(frame.camera, frame.size, place);
    return Math.abs(x - px) <= half && Math.abs(y - py) <= half;
  });
}
