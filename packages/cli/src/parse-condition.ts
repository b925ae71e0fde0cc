import type { Condition } from "@cliptune/index";
import { UsageError } from "./usage-error.js";

const form = /^\s*(?<field>.+?)\s*(?<operator>>=|<=|!=|=|>|<|~|\sin\s)\s*(?<value>.*?)\s*$/u;

const numberTests = { ">=": "min", "<=": "max", ">": "above", "<": "below" } as const;
const dateTests: Readonly<Record<string, "after" | "before">> = { ">=": "after", "<": "before" };
const date = /^\d{4}-\d\d/;

/**
 * A condition as it is typed: `year>=1998`, `kind=stop`, `kind!=stop`, `kind in stop,yield`,
 * `title~bicycle`, `taken<2026-11-24`.
 *
 * @throws UsageError when it can't be read
 */
export function parseCondition(text: string): Condition {
  const { field, operator, value } = form.exec(text)?.groups ?? {};
  if (field === undefined || operator === undefined || value === undefined || value === "") {
    throw new UsageError(
      `--where ${JSON.stringify(text)} is no condition; write FIELD and VALUE with one of = != >= <= > < ~ in between`,
    );
  }
  const plain = unquoted(value);
  switch (operator) {
    case "=":
      return { field, equals: plain };
    case "!=":
      return { field, not: plain };
    case "~":
      return { field, contains: plain };
    case ">=":
    case "<=":
    case ">":
    case "<":
      return { field, ...comparison(text, operator, plain) };
    default:
      return { field, in: value.split(",").map((each) => unquoted(each.trim())) };
  }
}

function comparison(
  text: string,
  operator: keyof typeof numberTests,
  value: string,
): Partial<Condition> {
  if (Number.isFinite(Number(value))) return { [numberTests[operator]]: Number(value) };
  if (!date.test(value)) {
    throw new UsageError(
      `--where ${JSON.stringify(text)} compares with ${value}; it must be a number or a date such as 2026-11-24`,
    );
  }
  const test = dateTests[operator];
  if (!test) {
    throw new UsageError(`--where ${JSON.stringify(text)}: dates are compared with >= or <`);
  }
  return { [test]: value };
}

function unquoted(value: string): string {
  return /^(["']).*\1$/u.test(value) ? value.slice(1, -1) : value;
}
