import type { GraphBuilder, Node } from "../../graph/graph.js";

/** How a window walks along one spatial axis. */
export interface Walk {
  /** Elements of the input and of the result. */
  readonly size: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Margins of the input such that the walk ends exactly at its end; negative ones cut. */
  readonly before: number;
  readonly after: number;
}

/** The numbers of tfjs's `Conv2DInfo` and `Conv3DInfo` that are read here. */
type Info = Readonly<Record<string, unknown>> & { readonly padInfo: object };

const starts: Readonly<Record<string, string>> = { Depth: "front", Height: "top", Width: "left" };

/** Elements that a window spans. */
export const span = ({ kernel, dilation }: Walk): number => (kernel - 1) * dilation + 1;

/** The walk along each spatial axis: height and width, before them depth where there is one. */
export function walksOf(info: object): Walk[] {
  const numbers = info as Readonly<Record<string, number>>;
  const margins = (info as Info).padInfo as Readonly<Record<string, number>>;
  return Object.keys(starts)
    .filter((axis) => numbers[`in${axis}`] !== undefined)
    .map((axis) => {
      const get = (name: string): number => numbers[`${name}${axis}`]!;
      const before = margins[starts[axis]!]!;
      const walk = {
        size: get("in"),
        out: get("out"),
        kernel: get("filter"),
        stride: get("stride"),
        dilation: get("dilation"),
        before,
      };
      const end = (walk.out - 1) * walk.stride + span({ ...walk, after: 0 });
      return { ...walk, after: end - walk.size - before };
    });
}

export interface Margins {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Adds margins along the spatial axes of `[N, ..., C]`; negative ones cut. */
export function padded(x: Node, { before, after }: Margins, value: number, b: GraphBuilder): Node {
  if ([...before, ...after].every((margin) => margin === 0)) return x;
  return b.op("pad", [x], { before: [0, ...before, 0], after: [0, ...after, 0], value });
}

/** Margins that an operator can take as attributes, and `x` with those that it cannot: negative ones. */
export function fitted(x: Node, margins: Margins, value: number, b: GraphBuilder) {
  const isPlain = [...margins.before, ...margins.after].every((margin) => margin >= 0);
  const none = margins.before.map(() => 0);
  if (isPlain) return { x, ...margins };
  return { x: padded(x, margins, value, b), before: none, after: none };
}

/** Zeros between the elements along the spatial axes of `[N, ..., C]`, so that they lie `strides` apart. */
export function spread(x: Node, strides: readonly number[], b: GraphBuilder): Node {
  if (strides.every((stride) => stride === 1)) return x;
  const last = x.shape.length - 1;
  const apart = x.shape.flatMap((d, i) => (i === 0 || i === last ? [d] : [d, 1]));
  const gaps = x.shape.flatMap((_, i) => (i === 0 || i === last ? [0] : [0, strides[i - 1]! - 1]));
  const filled = b.op("pad", [b.op("reshape", [x], { shape: apart })], {
    before: gaps.map(() => 0),
    after: gaps,
    value: 0,
  });
  const joined = x.shape.map((d, i) => (i === 0 || i === last ? d : d * strides[i - 1]!));
  const whole = b.op("reshape", [filled], { shape: joined });
  const tails = strides.map((stride) => 1 - stride);
  return padded(whole, { before: strides.map(() => 0), after: tails }, 0, b);
}
