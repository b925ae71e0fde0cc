import type { GraphBuilder, Node } from "../../graph/graph.js";
import { cast, type Kernel, type KernelAttributes, type Kernels } from "./kernel.js";

/** Which elements of an axis each element of the resized one is made of, and with which weights. */
type Mix = (at: number, size: number) => ReadonlyArray<readonly [from: number, weight: number]>;

/** tfjs's rules: where the centre of an element of the resized axis lies in the axis that there was. */
function sources(size: number, out: number, centre: number, attrs: KernelAttributes): number[] {
  const aligned = attrs["alignCorners"] && out > 1 ? 1 : 0;
  const ratio = (size - aligned) / (out - aligned);
  const [shift, back] = attrs["halfPixelCenters"] ? [0.5, centre] : [0, 0];
  return Array.from({ length: out }, (_, i) => ratio * (i + shift) - back);
}

const bilinear: Mix = (at, size) => {
  const [low, high] = [Math.max(0, Math.floor(at)), Math.min(size - 1, Math.ceil(at))];
  const share = Math.max(0, at - low);
  return [
    [Math.min(low, size - 1), 1 - share],
    [high, share],
  ];
};

const nearest = (at: number, size: number, attrs: KernelAttributes): number =>
  Math.min(size - 1, attrs["alignCorners"] ? Math.round(at) : Math.floor(at));

/** A matrix `[out, size]` that resizes an axis. */
function matrix(mixes: ReadonlyArray<ReturnType<Mix>>, size: number, b: GraphBuilder): Node {
  const data = new Float32Array(mixes.length * size);
  mixes.forEach((mix, i) => {
    for (const [from, weight] of mix) data[i * size + from]! += weight;
  });
  return b.literal(data, [mixes.length, size], "float32");
}

/** Both spatial axes of `[N, H, W, C]`, each times its matrix, or times the matrix turned for gradients. */
function resized(x: Node, matrices: readonly [Node, Node], turn: boolean, b: GraphBuilder): Node {
  const flags = { transposeA: turn, transposeB: false };
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [height, width] = matrices.map(({ shape }) => shape[turn ? 1 : 0]!) as [number, number];
  const rows = b.op("reshape", [x], { shape: [n, h, w * c] });
  const tall = b.op("matmul", [matrices[0], rows], flags);
  const columns = b.op("reshape", [tall], { shape: [n * height, w, c] });
  const wide = b.op("matmul", [matrices[1], columns], flags);
  return b.op("reshape", [wide], { shape: [n, height, width, c] });
}

type Sizes = readonly [number, number];

const sizesOf = ({ shape }: Node): Sizes => [shape[1]!, shape[2]!];

const bilinearMatrices = (from: Sizes, to: Sizes, attrs: KernelAttributes, b: GraphBuilder) =>
  from.map((size, i) => {
    const mixes = sources(size, to[i]!, 0.5, attrs).map((at) => bilinear(at, size));
    return matrix(mixes, size, b);
  }) as [Node, Node];

const nearestPlaces = (from: Sizes, to: Sizes, attrs: KernelAttributes): number[][] =>
  from.map((size, i) => sources(size, to[i]!, 0, attrs).map((at) => nearest(at, size, attrs)));

const nearestMatrices = (from: Sizes, to: Sizes, attrs: KernelAttributes, b: GraphBuilder) =>
  nearestPlaces(from, to, attrs).map((places, i) =>
    matrix(
      places.map((place) => [[place, 1]]),
      from[i]!,
      b,
    ),
  ) as [Node, Node];

const gradient =
  (matrices: typeof bilinearMatrices): Kernel =>
  ({ images, dy }, attrs, b) => {
    const both = matrices(sizesOf(images!), sizesOf(dy!), attrs, b);
    return resized(cast(dy!, "float32", b), both, true, b);
  };

/** Resizing is linear and the same for every row, so it is two matrix products, and so are its gradients. */
export const resizes: Kernels = {
  ResizeBilinear: ({ images }, attrs, b) => {
    const matrices = bilinearMatrices(sizesOf(images!), attrs["size"], attrs, b);
    return resized(cast(images!, "float32", b), matrices, false, b);
  },
  ResizeBilinearGrad: gradient(bilinearMatrices),
  ResizeNearestNeighbor: ({ images }, attrs, b) =>
    nearestPlaces(sizesOf(images!), attrs["size"], attrs).reduce(
      (x, places, i) =>
        b.op("gather", [x, b.literal(Int32Array.from(places), [places.length], "int32")], {
          axis: i + 1,
        }),
      images!,
    ),
  ResizeNearestNeighborGrad: gradient(nearestMatrices),
};
