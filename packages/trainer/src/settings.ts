import { z } from "zod";
import { trainConfig } from "./config.js";

/** One key of a configuration. */
export interface Setting {
  /** `lora.rank`; `data.train[].path` of each item of a list. */
  readonly path: string;
  /** `a whole number, 1 or more`, `cosine | linear | constant`. */
  readonly takes: string;
  /** As it is written; undefined where there is none. */
  readonly default?: string;
  readonly about: string;
}

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node | false;
  readonly additionalProperties?: Node | false;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** The schema of a training configuration as JSON Schema, for editors. */
export const configSchema = (): object => z.toJSONSchema(trainConfig, { io: "input" });

/** Every key of a training configuration, in the schema's order. */
export const settings = (): Setting[] => settingsIn(configSchema() as Node, "");

function settingsIn(node: Node, at: string): Setting[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = at === "" ? key : `${at}.${key}`;
    const inside = insideOf(child, path);
    const isPlain = inside.length === 0 || child.anyOf !== undefined || child.description;
    return isPlain ? [settingOf(child, path), ...inside] : inside;
  });
}

/** The keys within a mapping, or within each item of a list. */
function insideOf(node: Node, path: string): Setting[] {
  const forms = [node, ...(node.anyOf ?? [])];
  return forms.flatMap((form) => [
    ...settingsIn(form, path),
    ...(form.items ? settingsIn(form.items, `${path}[]`) : []),
  ]);
}

function settingOf(node: Node, path: string): Setting {
  const { default: given, description = "" } = node;
  return {
    path,
    takes: takesOf(node),
    ...(given !== undefined && { default: JSON.stringify(given) }),
    about: description,
  };
}

function takesOf(node: Node): string {
  if (node.anyOf) return [...new Set(node.anyOf.map(takesOf))].join(" or ");
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return node.enum.join(" | ");
  switch (node.type) {
    case "integer":
      return `a whole number${bounds(node)}`;
    case "number":
      return `a number${bounds(node)}`;
    case "boolean":
      return "true | false";
    case "string":
      return "a text";
    case "array":
      return node.items ? `a list, each ${takesOf(node.items)}` : "two numbers";
    default:
      return "a mapping";
  }
}

/** What JavaScript can count to is no bound. */
function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Node): string {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const parts = [
    ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(most === undefined ? [] : [`≤ ${most}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ];
  return parts.length === 0 ? "" : ` ${parts.join(", ")}`;
}
