import { z } from "zod";
import { parseStrict } from "../parse-config.js";

const overrides = z.record(z.string().min(1), z.unknown());

const axis = z.strictObject({
  name: z.string().min(1).describe("column in the table"),
  paths: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      "where each value goes in the configuration, such as lora.rank; the name, unless given",
    ),
  values: z
    .array(
      z.union([
        z.number(),
        z.string(),
        z.boolean(),
        z.strictObject({ label: z.union([z.string(), z.number()]), set: overrides }),
      ]),
    )
    .min(1),
});

const plot = z.strictObject({
  file: z.string().regex(/^[a-z0-9-]+$/, { error: "may have a-z, 0-9 and - only" }),
  title: z.string().min(1),
  x: z.string().min(1).describe("a column with numbers"),
  y: z.array(z.string().min(1)).min(1).describe("columns, a line each"),
  by: z.string().min(1).optional().describe("a column: a line for each of its values"),
  logX: z.boolean().default(false),
});

/** A sweep as a person writes it: a base configuration and the axes along which it varies. */
const sweepConfig = z.strictObject({
  title: z.string().min(1),
  base: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  set: overrides
    .default({})
    .describe("changes to the base for every run, by path; null takes a key away"),
  axes: z.array(axis).default([]),
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .default([0])
    .describe("each cell is run with each; the table has means"),
  strengths: z
    .array(z.number().min(0))
    .min(1)
    .optional()
    .describe("the best adapter of each run is evaluated at these strengths too, a row each"),
  columns: z.array(z.string().min(1)).optional().describe("metrics in the table, in this order"),
  plots: z.array(plot).default([]),
});

export type SweepConfig = z.output<typeof sweepConfig>;
export type SweepAxis = SweepConfig["axes"][number];
export type SweepPlot = SweepConfig["plots"][number];

/** @throws UserError naming `place`, each wrong key, what stands there and what must hold */
export function parseSweepConfig(value: unknown, place: string): SweepConfig {
  return parseStrict(sweepConfig, value, `${place} is not a valid sweep`);
}
