import { elements } from "../arrays.js";
import { broadcastShape } from "../graph/operators.js";
import type { DType } from "../types.js";

/** Element types as StableHLO spells them; bfloat16 appears inside programs alone, never at their border. */
export type HloType = "f32" | "bf16" | "i32" | "ui8" | "i1";

export const hloTypes: Record<DType, HloType> = {
  float32: "f32",
  int32: "i32",
  uint8: "ui8",
  bool: "i1",
};

export const isFloat = (type: HloType): boolean => type === "f32" || type === "bf16";

/** An SSA value: its name (with `%`), element type and static shape. */
export interface Value {
  readonly name: string;
  readonly type: HloType;
  readonly shape: readonly number[];
}

export type Precision = "float32" | "tf32" | "bf16";

export const list = (values: readonly number[]): string => `[${values.join(", ")}]`;
export const array = (values: readonly number[]): string =>
  values.length === 0 ? "array<i64>" : `array<i64: ${values.join(", ")}>`;

export const tensorType = ({ type, shape }: Pick<Value, "type" | "shape">): string =>
  `tensor<${[...shape, type].join("x")}>`;

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** The number's bits in hexadecimal: exact, and the only spelling that infinities have. */
function scalarText(value: number, type: HloType): string {
  if (type === "i1") return value ? "true" : "false";
  if (!isFloat(type)) return String(value);
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  // bfloat16 is the upper half; what is written in it loses nothing (`lowered.ts`).
  const hex = bits.getUint32(0).toString(16).toUpperCase().padStart(8, "0");
  return `0x${type === "bf16" ? hex.slice(0, 4) : hex}`;
}

/** The elements of a literal as MLIR's `dense` attribute. */
export function denseText(data: Float32Array | Int32Array | Uint8Array, type: HloType): string {
  const first = data[0];
  if (first === undefined) return "dense<>";
  if (data.every((x) => Object.is(x, first))) return `dense<${scalarText(first, type)}>`;
  if (type === "i1") return `dense<[${Array.from(data, (x) => scalarText(x, type)).join(", ")}]>`;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return `dense<"0x${bytes.toString("hex").toUpperCase()}">`;
}

type Fold = "add" | "multiply" | "maximum" | "minimum";

/** What folding starts from, so that it changes nothing. */
function neutral(fold: Fold, type: HloType): number {
  if (fold === "add") return 0;
  if (fold === "multiply") return 1;
  const lowest = fold === "maximum";
  if (isFloat(type)) return lowest ? -Infinity : Infinity;
  if (type === "i32") return lowest ? -(2 ** 31) : 2 ** 31 - 1;
  return lowest ? 0 : type === "i1" ? 1 : 255;
}

/** Writes StableHLO in its text form, one line an operation; every method returns the result's value. */
export class Writer {
  readonly lines: string[] = [];
  readonly precision: Precision;
  #count = 0;
  #constants = new Map<string, Value>();

  constructor(precision: Precision) {
    this.precision = precision;
  }

  /** Writes `%n = body` for a result of the type and shape given. */
  line(body: string, type: HloType, shape: readonly number[]): Value {
    const value: Value = { name: `%${this.#count++}`, type, shape };
    this.lines.push(body.startsWith(":") ? `${value.name}${body}` : `${value.name} = ${body}`);
    return value;
  }

  scalar(value: number, type: HloType = "f32"): Value {
    return this.constant(`dense<${scalarText(value, type)}>`, type, []);
  }

  constant(dense: string, type: HloType, shape: readonly number[]): Value {
    const typeText = tensorType({ type, shape });
    const key = `${dense} ${typeText}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const value = this.line(`stablehlo.constant ${dense} : ${typeText}`, type, shape);
    this.#constants.set(key, value);
    return value;
  }

  /** An operation whose result has its operand's type. */
  unary(op: string, x: Value): Value {
    const arrow = op.startsWith("chlo.") ? ` -> ${tensorType(x)}` : "";
    const name = op.includes(".") ? op : `stablehlo.${op}`;
    return this.line(`${name} ${x.name} : ${tensorType(x)}${arrow}`, x.type, x.shape);
  }

  /** An elementwise operation; operands are broadcast as NumPy does, numbers take the other's type. */
  binary(op: string, a: Value | number, b: Value | number): Value {
    const [x, y] = this.#together(a, b);
    return this.line(`stablehlo.${op} ${x.name}, ${y.name} : ${tensorType(x)}`, x.type, x.shape);
  }

  compare(direction: "EQ" | "NE" | "LT" | "LE" | "GT" | "GE", a: Value, b: Value | number): Value {
    const [x, y] = this.#together(a, b);
    const order = isFloat(x.type) ? "FLOAT" : x.type === "i32" ? "SIGNED" : "UNSIGNED";
    const types = `(${tensorType(x)}, ${tensorType(y)}) -> ${tensorType({ type: "i1", shape: x.shape })}`;
    return this.line(
      `stablehlo.compare ${direction}, ${x.name}, ${y.name}, ${order} : ${types}`,
      "i1",
      x.shape,
    );
  }

  select(condition: Value, then: Value, otherwise: Value): Value {
    const shape = broadcastShape(broadcastShape(condition.shape, then.shape), otherwise.shape);
    const test = condition.type === "i1" ? condition : this.compare("NE", condition, 0);
    const [c, x, y] = [test, then, otherwise].map((v) => this.broadcast(v, shape));
    return this.line(
      `stablehlo.select ${c!.name}, ${x!.name}, ${y!.name} : ${tensorType(c!)}, ${tensorType(x!)}`,
      then.type,
      shape,
    );
  }

  /** `x`, which nothing after this computes from before `when` is there. */
  barrier(x: Value, when: Value): Value {
    const types = `(${tensorType(x)}, ${tensorType(when)})`;
    const both = this.line(
      `:2 = "stablehlo.optimization_barrier"(${x.name}, ${when.name}) : ${types} -> ${types}`,
      x.type,
      x.shape,
    );
    return { ...both, name: `${both.name}#0` };
  }

  convert(x: Value, type: HloType): Value {
    return x.type === type ? x : this.#reshaped("convert", x, { type, shape: x.shape });
  }

  reshape(x: Value, shape: readonly number[]): Value {
    return sameShape(x.shape, shape) ? x : this.#reshaped("reshape", x, { type: x.type, shape });
  }

  /** Broadcasts as NumPy does: axes are matched from the last, ones stretch. */
  broadcast(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    const offset = shape.length - x.shape.length;
    return this.broadcastInDim(
      x,
      shape,
      x.shape.map((_, i) => i + offset),
    );
  }

  broadcastInDim(x: Value, shape: readonly number[], dims: readonly number[]): Value {
    const types = `(${tensorType(x)}) -> ${tensorType({ type: x.type, shape })}`;
    return this.line(
      `stablehlo.broadcast_in_dim ${x.name}, dims = ${list(dims)} : ${types}`,
      x.type,
      shape,
    );
  }

  transpose(x: Value, perm: readonly number[]): Value {
    const shape = perm.map((p) => x.shape[p]!);
    const types = `(${tensorType(x)}) -> ${tensorType({ type: x.type, shape })}`;
    return this.line(
      `stablehlo.transpose ${x.name}, dims = ${list(perm)} : ${types}`,
      x.type,
      shape,
    );
  }

  reduce(fold: Fold, x: Value, axes: readonly number[], keepDims = false): Value {
    if (axes.length === 0) return x;
    const shape = x.shape.filter((_, i) => !axes.includes(i));
    const start = this.scalar(neutral(fold, x.type), x.type);
    const types = `(${tensorType(x)}, ${tensorType(start)}) -> ${tensorType({ type: x.type, shape })}`;
    const result = this.line(
      `stablehlo.reduce(${x.name} init: ${start.name}) applies stablehlo.${fold} across dimensions = ${list(axes)} : ${types}`,
      x.type,
      shape,
    );
    return keepDims
      ? this.reshape(
          result,
          x.shape.map((d, i) => (axes.includes(i) ? 1 : d)),
        )
      : result;
  }

  mean(x: Value, axes: readonly number[], keepDims = false): Value {
    const count = elements(axes.map((i) => x.shape[i]!));
    return this.binary("divide", this.reduce("add", x, axes, keepDims), count);
  }

  /** 0, 1, 2, … along `axis`. */
  iota(shape: readonly number[], axis: number): Value {
    const type = tensorType({ type: "i32", shape });
    return this.line(`stablehlo.iota dim = ${axis} : ${type}`, "i32", shape);
  }

  #reshaped(op: string, x: Value, to: Pick<Value, "type" | "shape">): Value {
    const types = `(${tensorType(x)}) -> ${tensorType(to)}`;
    return this.line(`stablehlo.${op} ${x.name} : ${types}`, to.type, to.shape);
  }

  #together(a: Value | number, b: Value | number): [Value, Value] {
    const type = (typeof a === "number" ? b : a) as Value;
    const x = typeof a === "number" ? this.scalar(a, type.type) : a;
    const y = typeof b === "number" ? this.scalar(b, type.type) : b;
    const shape = broadcastShape(x.shape, y.shape);
    return [this.broadcast(x, shape), this.broadcast(y, shape)];
  }
}
