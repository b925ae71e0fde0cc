import type { Metrics, StepRecord } from "@/lib/metrics";
import { formatNumber } from "@/lib/scale";

type Json = Record<string, unknown> | undefined;

/** Steps of the whole run: said by the summary or the config, or reckoned from the epochs so far. */
export function totalSteps(
  config: Json,
  summary: Json,
  records: readonly StepRecord[],
): number | null {
  const said = numberIn(summary, "totalSteps") ?? numberIn(config, "steps");
  if (said !== undefined) return said;
  const epochs = numberIn(config, "epochs");
  const last = records.at(-1);
  return epochs !== undefined && last?.epoch ? Math.round((last.step / last.epoch) * epochs) : null;
}

/** What was trained and how, in a few words each. */
export function runFacts(config: Json, { steps }: Metrics): [string, string][] {
  const lora = objectIn(config, "lora");
  const optimizer = objectIn(config, "optimizer");
  const last = steps.at(-1);
  const rank = numberIn(lora, "rank");
  const learningRate = numberIn(optimizer, "learningRate");
  const isLora = config?.["mode"] === "lora" && rank !== undefined;
  const facts: [string, string | undefined][] = [
    ["model", lastPart(config?.["model"])],
    [
      "mode",
      isLora ? `LoRA, rank ${rank}, alpha ${numberIn(lora, "alpha")}` : textIn(config, "mode"),
    ],
    ["batch", numberIn(config, "batchSize")?.toLocaleString("en")],
    ["learning rate", learningRate === undefined ? undefined : formatNumber(learningRate)],
    ["seed", numberIn(config, "seed")?.toString()],
    ["pairs/s", (last?.pairsPerSecond && formatNumber(last.pairsPerSecond)) || undefined],
    ["time", last?.seconds === undefined ? undefined : duration(last.seconds)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function numberIn(object: Json, key: string): number | undefined {
  const value = object?.[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function textIn(object: Json, key: string): string | undefined {
  const value = object?.[key];
  return typeof value === "string" ? value : undefined;
}

function objectIn(object: Json, key: string): Json {
  const value = object?.[key];
  return typeof value === "object" && value !== null ? (value as Json) : undefined;
}

/** The page shows a model's name, not where it lies on this machine. */
function lastPart(path: unknown): string | undefined {
  return typeof path === "string" ? path.split(/[\\/]/).findLast((part) => part !== "") : undefined;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.round(seconds)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 1
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${hours} h ${minutes % 60} min`;
}
