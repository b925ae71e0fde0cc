import { UserError } from "@cliptune/engine";
import { z } from "zod";
import { type TrainConfig, trainConfig } from "./config.js";
import { faultLines, faultsOf } from "./config-faults.js";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/**
 * Checks a training configuration and fills in the defaults.
 *
 * @param value what a YAML or JSON file held
 * @param where named in the error: the file, for instance
 * @throws UserError with every fault, its path, and for an unknown key the nearest known one
 */
export function parseTrainConfig(value: unknown, where = "The configuration"): TrainConfig {
  return parseStrict(trainConfig, value, `${where} is not a valid training configuration`);
}

/** @throws UserError that begins with `complaint` and names every fault, as {@link parseTrainConfig} does */
export function parseStrict<T extends z.ZodType>(
  schema: T,
  value: unknown,
  complaint: string,
): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const root = z.toJSONSchema(schema, { io: "input" }) as SchemaNode;
  const faults = faultsOf(result.error.issues, (path, key) => describeKey(root, path, key));
  throw new UserError(`${complaint}:\n${faultLines(faults)}`);
}

function describeKey(root: SchemaNode, path: readonly PropertyKey[], key: string): string {
  const known = Object.keys(nodeAt(root, path)?.properties ?? {});
  const nearest = nearestKey(key, known);
  return nearest === undefined
    ? `Unrecognized key: "${key}"; known keys: ${known.join(", ")}`
    : `Unrecognized key: "${key}"; did you mean "${nearest}"?`;
}

function nodeAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const part of path) {
    const inside: SchemaNode | undefined = node?.anyOf?.find((choice) => choice.properties) ?? node;
    node = typeof part === "number" ? inside?.items : inside?.properties?.[String(part)];
  }
  return node?.anyOf?.find((choice) => choice.properties) ?? node;
}

/** The known key at the least edit distance, when that is at most 40 % of the key's length. */
function nearestKey(key: string, known: readonly string[]): string | undefined {
  const scored = known.map((name) => ({ name, distance: editDistance(key, name) }));
  scored.sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best && best.distance <= Math.max(2, key.length * 0.4) ? best.name : undefined;
}

/** Levenshtein's distance, letters compared without case; a swap of neighbours counts one. */
function editDistance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(change, rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = cost;
    }
  }
  return rows[a.length]![b.length]!;
}
