/** Wilson's 95 % confidence interval of a share that was seen in `n` trials. */
export function wilson(share: number, n: number): readonly [number, number] {
  const z = 1.959964;
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const whole = 1 + (z * z) / n;
  return [Math.max(0, (centre - half) / whole), Math.min(1, (centre + half) / whole)];
}
