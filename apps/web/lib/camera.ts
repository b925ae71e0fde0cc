import { type Extent, extentOf } from "./scale";

/** What of the world is seen: its point in the middle of the screen, and pixels a unit. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Spot = readonly [x: number, y: number];

/** Sees all of the points, with a margin; y grows upwards in the world and downwards on the screen. */
export function fitCamera(places: ArrayLike<number>, { width, height }: Size): Camera {
  const extent = (axis: 0 | 1): Extent =>
    extentOf(Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + axis]!)) ?? [-1, 1];
  const [left, right] = extent(0);
  const [low, high] = extent(1);
  const scale = 0.88 * Math.min(width / (right - left || 1), height / (high - low || 1));
  return { x: (left + right) / 2, y: (low + high) / 2, scale };
}

export function toScreen({ x, y, scale }: Camera, { width, height }: Size, [px, py]: Spot): Spot {
  return [(px - x) * scale + width / 2, (y - py) * scale + height / 2];
}

export function toWorld({ x, y, scale }: Camera, { width, height }: Size, [px, py]: Spot): Spot {
  return [(px - width / 2) / scale + x, y - (py - height / 2) / scale];
}

/** Moves the picture by pixels. */
export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale };
}

/** Zooms by a factor around a pixel, which stays where it is; between a third of `whole` and 400 times. */
export function zoomed(
  camera: Camera,
  { factor, at, size, whole }: { factor: number; at: Spot; size: Size; whole: Camera },
): Camera {
  const scale = Math.min(400 * whole.scale, Math.max(whole.scale / 3, camera.scale * factor));
  const [x, y] = toWorld(camera, size, at);
  const ratio = camera.scale / scale;
  return { x: x + (camera.x - x) * ratio, y: y + (camera.y - y) * ratio, scale };
}

/** Whether a point lies in a polygon, by the crossings of a ray from it. */
export function isInside(polygon: readonly Spot[], [x, y]: Spot): boolean {
  let inside = false;
  let [bx, by] = polygon.at(-1) ?? [0, 0];
  for (const [ax, ay] of polygon) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    [bx, by] = [ax, ay];
  }
  return inside;
}
