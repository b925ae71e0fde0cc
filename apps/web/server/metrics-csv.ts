import { csv } from "@/lib/csv";
import type { Metrics } from "@/lib/metrics";

/** Every record of a run, one a row, a column for each number: `inDomain.textToImage.r10` and the like. */
export function metricsCsv({ steps, evaluations }: Metrics): string {
  const rows = [
    ...steps.map((record) => ({ ...numbers("", record), type: "step" })),
    ...evaluations.map(({ sets, ...record }) => ({
      ...numbers("", record),
      ...numbers("", sets),
      type: "evaluation",
    })),
  ] as Record<string, string | number>[];
  const names = [...new Set(["type", "step", ...rows.flatMap((row) => Object.keys(row))])];
  const byStep = rows.sort((a, b) => Number(a["step"]) - Number(b["step"]));
  return csv([names, ...byStep.map((row) => names.map((name) => row[name]))]);
}

function numbers(prefix: string, value: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const name = prefix === "" ? key : `${prefix}.${key}`;
      if (typeof inner === "number") return [[name, inner]];
      return typeof inner === "object" && inner !== null
        ? Object.entries(numbers(name, inner))
        : [];
    }),
  );
}
