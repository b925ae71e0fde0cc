import type { SearchIndex } from "../search-index.js";
import type { IndexMap } from "./map-file.js";
import { project } from "./principal-axes.js";

/** CLIP's own scale of cosines, which its training ends at: what it takes for a little closer. */
const scale = 100;
const nearestPictures = 15;

/** Where a query lies on a map, and the pictures that place it. */
export interface Placed {
  /** Mean place of the closest pictures, by how much closer they are: `softmax(100 cos)`. */
  readonly neighbours: readonly [number, number];
  /** Exact: the plane is linear. */
  readonly plane: readonly [number, number];
  /** Places among `labels` of the closest pictures on the map, best first. */
  readonly closest: readonly number[];
}

/** @param vector `[D]` unit norm */
export async function placeVector(
  map: IndexMap,
  index: Pick<SearchIndex, "nearest">,
  vector: Float32Array,
): Promise<Placed> {
  const found = await index.nearest(vector, nearestPictures, map.labels);
  const rows = new Map(Array.from(map.labels, (label, row) => [label, row]));
  const closest = found.map(({ label }) => rows.get(label)!);
  const weights = found.map(({ score }) => Math.exp(scale * (score - found[0]!.score)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (axis: 0 | 1) =>
    closest.reduce((sum, row, i) => sum + weights[i]! * map.neighbours[2 * row + axis]!, 0) / total;
  const [x = 0, y = 0] = project(vector, map.axes);
  return { neighbours: [mean(0), mean(1)], plane: [x, y], closest };
}
