export interface Example {
  readonly features: readonly number[];
  readonly positive: boolean;
}

const steps = 1000;
const rate = 2;
const decay = 0.01;

/**
 * Logistic regression of a few features, both classes weighing the same, by gradient descent.
 *
 * @returns a weight for each feature, then the constant
 */
export function fitLogistic(examples: readonly Example[]): number[] {
  const scales = scalesOf(examples.map(({ features }) => features));
  const rows = examples.map(({ features, positive }) => ({
    inputs: [...features.map((value, i) => (value - scales[i]!.mean) / scales[i]!.deviation), 1],
    target: positive ? 1 : 0,
  }));
  const positives = rows.filter(({ target }) => target === 1).length;
  const share = [0.5 / (rows.length - positives), 0.5 / positives];
  const weights = new Array<number>(scales.length + 1).fill(0);
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((weight, i) => (i < scales.length ? decay * weight : 0));
    for (const { inputs, target } of rows) {
      const logit = inputs.reduce((sum, value, i) => sum + value * weights[i]!, 0);
      const error = share[target]! * (1 / (1 + Math.exp(-logit)) - target);
      for (const [i, value] of inputs.entries()) gradient[i]! += error * value;
    }
    for (const [i, slope] of gradient.entries()) weights[i]! -= rate * slope;
  }
  const unscaled = scales.map(({ deviation }, i) => weights[i]! / deviation);
  const shift = scales.reduce((sum, { mean }, i) => sum + mean * unscaled[i]!, 0);
  return [...unscaled, weights[scales.length]! - shift];
}

function scalesOf(rows: readonly (readonly number[])[]): { mean: number; deviation: number }[] {
  return rows[0]!.map((_, i) => momentsOf(rows.map((row) => row[i]!)));
}

export function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

/** Probability that a positive is above a negative: the area under the ROC curve. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  let above = 0;
  for (const positive of positives) {
    for (const negative of negatives) {
      above += positive > negative ? 1 : positive === negative ? 0.5 : 0;
    }
  }
  return above / (positives.length * negatives.length);
}
