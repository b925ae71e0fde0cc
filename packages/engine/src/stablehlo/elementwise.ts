import type { Value, Writer } from "./writer.js";

/** Functions that StableHLO has no operation for, said in those it has. */
export type Composite = (x: Value, w: Writer) => Value;

export const reciprocal: Composite = (x, w) => w.binary("divide", 1, x);
export const relu: Composite = (x, w) => w.binary("maximum", x, 0);

/** x · Φ(x), Φ the normal distribution. */
export const gelu: Composite = (x, w) => {
  const cdf = w.binary("add", w.unary("chlo.erf", w.binary("multiply", x, Math.SQRT1_2)), 1);
  return w.binary("multiply", w.binary("multiply", x, 0.5), cdf);
};

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|), which does not overflow. */
export const softplus: Composite = (x, w) => {
  const small = w.unary("exponential", w.unary("negate", w.unary("abs", x)));
  return w.binary("add", w.binary("maximum", x, 0), w.unary("log_plus_one", small));
};

export const isNotANumber: Composite = (x, w) => {
  const y = w.convert(x, "f32");
  return w.compare("NE", y, y);
};
export const isInfinite: Composite = (x, w) =>
  w.compare("EQ", w.unary("abs", w.convert(x, "f32")), Infinity);
