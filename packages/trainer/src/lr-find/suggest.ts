/** One step of a sweep over learning rates. */
export interface RatePoint {
  readonly learningRate: number;
  readonly loss: number;
}

export interface RateSuggestion {
  /** The losses, each a weighted mean of its neighbours' on both sides, so that nothing is shifted. */
  readonly smoothed: readonly number[];
  /** Mean loss of the first tenth of the sweep. */
  readonly start: number;
  /** Where the smoothed loss is least. */
  readonly least: RatePoint;
  /** The rate at which the smoothed loss falls fastest in log rate. */
  readonly steepest?: number;
  /** The first rate beyond the least loss that has lost a quarter of what was gained, or made the loss no number. */
  readonly divergence?: number;
  /** The lower of the steepest and a tenth of the divergence point; none where the loss never fell. */
  readonly learningRate?: number;
}

/**
 * Reads a sweep over exponentially growing learning rates.
 *
 * @param points in order of their rates; the last may have a loss that is no finite number
 * @see Smith, Cyclical learning rates, https://arxiv.org/abs/1506.01186, section 3.3
 */
export function suggestRate(points: readonly RatePoint[]): RateSuggestion {
  const finite = points.filter(({ loss }) => Number.isFinite(loss));
  const smoothed = smooth(finite.map(({ loss }) => loss));
  const tenth = Math.max(1, Math.round(finite.length / 10));
  const start = mean(finite.slice(0, tenth).map(({ loss }) => loss));
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  const least = { learningRate: finite[lowest]!.learningRate, loss: smoothed[lowest]! };
  const lost = least.loss + (start - least.loss) / 4;
  const turned = smoothed.findIndex((loss, i) => i > lowest && loss >= lost);
  const broken = points.find(({ loss }) => !Number.isFinite(loss));
  const divergence = (turned >= 0 ? finite[turned] : broken)?.learningRate;
  const found = { smoothed, start, least, ...(divergence !== undefined && { divergence }) };
  if (lowest < tenth || least.loss >= start) return found;
  const steepest = finite[steepestPlace(finite, smoothed, [tenth, lowest])]!.learningRate;
  const learningRate = Math.min(steepest, (divergence ?? Number.POSITIVE_INFINITY) / 10);
  return { ...found, steepest, learningRate };
}

/** Standard deviation of the smoothing, as a share of the sweep. */
const width = 0.03;

/** A Gaussian mean over the steps around each. */
function smooth(losses: readonly number[]): number[] {
  const deviation = Math.max(0.5, width * losses.length);
  const reach = Math.ceil(3 * deviation);
  return losses.map((_, at) => {
    let [sum, weights] = [0, 0];
    for (let i = Math.max(0, at - reach); i <= Math.min(losses.length - 1, at + reach); i++) {
      const weight = Math.exp(-(((i - at) / deviation) ** 2) / 2);
      sum += weight * losses[i]!;
      weights += weight;
    }
    return sum / weights;
  });
}

function steepestPlace(
  points: readonly RatePoint[],
  smoothed: readonly number[],
  [first, last]: readonly [number, number],
): number {
  const slope = (i: number): number => {
    const [a, b] = [Math.max(0, i - 1), Math.min(points.length - 1, i + 1)];
    const run = Math.log(points[b]!.learningRate / points[a]!.learningRate);
    return (smoothed[b]! - smoothed[a]!) / run;
  };
  let best = first;
  for (let i = first; i <= last; i++) if (slope(i) < slope(best)) best = i;
  return best;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
