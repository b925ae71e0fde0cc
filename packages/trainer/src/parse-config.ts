import { nearestName, UserError } from "@cliptune/engine";
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
  const nearest = nearestName(key, known);
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
