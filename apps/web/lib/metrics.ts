/** One training step, as a line of `metrics.jsonl`. */
export interface StepRecord {
  readonly step: number;
  readonly epoch?: number;
  /** Since the run began. */
  readonly seconds?: number;
  readonly loss?: number;
  readonly learningRate?: number;
  readonly gradNorm?: number;
  readonly pairsPerSecond?: number;
}

export interface Recall {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

/** What one evaluation says of one set. */
export interface SetRecord {
  readonly n?: number;
  /** D of the embeddings. */
  readonly dimension?: number;
  readonly textToImage?: Recall;
  readonly imageToText?: Recall;
  readonly alignment?: number;
  readonly uniformityImage?: number;
  readonly uniformityText?: number;
  readonly modalityGap?: number;
  /** Mean cosine of two pictures, and of two titles. */
  readonly cosineImage?: number;
  readonly cosineText?: number;
  /** How many directions the vectors spread over, 1 to D. */
  readonly effectiveRankImage?: number;
  readonly effectiveRankText?: number;
}

/** One evaluation; that of step 0 is of the untuned base. */
export interface EvaluationRecord {
  readonly step: number;
  readonly epoch?: number;
  readonly seconds?: number;
  readonly sets: Readonly<Record<string, SetRecord>>;
}

export interface Metrics {
  readonly steps: StepRecord[];
  readonly evaluations: EvaluationRecord[];
}

/**
 * Reads `metrics.jsonl`. Lines that are no whole record are left out: the last one may be half
 * written, now or when a run was killed. A resumed run goes back to its checkpoint, so a step that
 * is not beyond the one before it replaces all from there on.
 */
export function parseMetrics(text: string): Metrics {
  const metrics: Metrics = { steps: [], evaluations: [] };
  addMetrics(metrics, text);
  return metrics;
}

/** Reads further lines to those that were read before. */
export function addMetrics(metrics: Metrics, text: string): void {
  for (const line of text.split("\n")) {
    const record = parseRecord(line);
    if (record?.["type"] === "step") append(metrics.steps, record as unknown as StepRecord);
    if (record?.["type"] === "evaluation" && isObject(record["sets"])) {
      append(metrics.evaluations, record as unknown as EvaluationRecord);
    }
  }
}

/** Records followed by later ones; those that the later ones replace are left out. */
export function continued<T extends { readonly step: number }>(
  records: readonly T[],
  later: readonly T[],
): T[] {
  const all = [...records];
  for (const record of later) append(all, record);
  return all;
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const record: unknown = JSON.parse(line);
    return isObject(record) && Number.isFinite(record["step"]) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function append<T extends { readonly step: number }>(records: T[], record: T): void {
  while (records.length > 0 && (records.at(-1) as T).step >= record.step) records.pop();
  records.push(record);
}

/**
 * At most about `most` steps for drawing: each stands for a run of neighbours and holds their mean
 * loss, so that thinning smooths and never picks a lucky one. The last step is always its own.
 */
export function thinSteps(steps: readonly StepRecord[], most: number): readonly StepRecord[] {
  if (steps.length <= most) return steps;
  const width = Math.ceil(steps.length / most);
  const thinned: StepRecord[] = [];
  for (let from = 0; from < steps.length; from += width) {
    const group = steps.slice(from, from + width);
    const losses = group.flatMap(({ loss }) => (Number.isFinite(loss) ? [loss as number] : []));
    const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
    thinned.push({ ...(group.at(-1) as StepRecord), ...(losses.length > 0 ? { loss } : {}) });
  }
  return thinned;
}
