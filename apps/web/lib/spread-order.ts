/**
 * A fixed order of `0 .. count - 1` in which any run of neighbours is spread over the whole: steps
 * of about `count / golden ratio`, made coprime with `count` so that every number comes once.
 */
export function spreadOrder(count: number): (position: number) => number {
  let step = Math.max(1, Math.round(count * 0.618034));
  while (gcd(step, count) > 1) step += 1;
  return (position) => (position * step) % count;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
