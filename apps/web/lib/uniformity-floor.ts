/**
 * The least uniformity there can be: that of points spread evenly over the unit sphere,
 * log E exp(-t |x - y|²) = -2t + log Σ_n (t²)ⁿ / (n! (D/2)_n), about -3.98 for t = 2 and D = 512.
 *
 * @param dimension D of the embeddings
 * @see Wang and Isola 2020, https://arxiv.org/abs/2005.10242, proposition 1
 */
export function uniformityFloor(dimension: number, t = 2): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 100; n++) {
    term *= (t * t) / (n * (dimension / 2 + n - 1));
    sum += term;
  }
  return -2 * t + Math.log(sum);
}
