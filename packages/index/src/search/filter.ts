import { UserError } from "@cliptune/engine";

export type FieldValue = string | number | boolean;

/** What must hold of one field; a condition with several tests wants all of them. */
export interface Condition {
  /** A field of the items, or `title`, where no field has that name. */
  readonly field: string;
  readonly equals?: FieldValue;
  /** Also true of items without the field. */
  readonly not?: FieldValue;
  readonly in?: readonly FieldValue[];
  /** Numbers, bounds included. */
  readonly min?: number;
  readonly max?: number;
  /** Numbers, bounds left out. */
  readonly above?: number;
  readonly below?: number;
  /** A part of the text, upper and lower case alike. */
  readonly contains?: string;
  /** Dates: from this moment on, as `2026`, `2026-11`, `2026-11-24` or ISO 8601 with a time. */
  readonly after?: string;
  /** Dates: earlier than this moment. */
  readonly before?: string;
}

/** All conditions must hold. */
export type Filter = readonly Condition[];

const tests = {
  equals: isValue,
  not: isValue,
  in: (value: unknown) => Array.isArray(value) && value.every(isValue),
  min: Number.isFinite,
  max: Number.isFinite,
  above: Number.isFinite,
  below: Number.isFinite,
  contains: isText,
  after: isDate,
  before: isDate,
} as const;

export type Test = keyof typeof tests;

const wanted: Readonly<Record<Test, string>> = {
  equals: "a text, a number, true or false",
  not: "a text, a number, true or false",
  in: "a list of texts, numbers, true or false",
  min: "a number",
  max: "a number",
  above: "a number",
  below: "a number",
  contains: "a text",
  after: "a date such as 2026-11-24",
  before: "a date such as 2026-11-24",
};

/** The tests of a condition by name. */
export function testsOf(condition: Condition): [Test, unknown][] {
  return Object.entries(condition).filter(
    ([name, value]) => name !== "field" && value !== undefined,
  ) as [Test, unknown][];
}

/** @throws UserError when a filter that came as JSON is none */
export function checkFilter(filter: unknown): asserts filter is Filter {
  if (!Array.isArray(filter)) {
    throw new UserError(
      `The filter is ${show(filter)}; it must be a list of conditions such as {"field": "year", "min": 1998}.`,
    );
  }
  for (const condition of filter as unknown[]) checkCondition(condition);
}

function checkCondition(condition: unknown): void {
  const field =
    typeof condition === "object" && condition !== null && "field" in condition && condition.field;
  if (!isText(field)) {
    throw new UserError(
      `The condition ${show(condition)} names no field; it must be like {"field": "year", "min": 1998}.`,
    );
  }
  const found = testsOf(condition as Condition);
  if (found.length === 0) {
    throw new UserError(
      `The condition on "${field}" tests nothing; give it one of ${Object.keys(tests).join(", ")}.`,
    );
  }
  for (const [name, value] of found) {
    if (!Object.hasOwn(tests, name)) {
      throw new UserError(
        `The condition on "${field}" has "${name}"; conditions know ${Object.keys(tests).join(", ")}.`,
      );
    }
    if (!tests[name](value)) {
      throw new UserError(
        `"${name}" of the condition on "${field}" is ${show(value)}; it must be ${wanted[name]}.`,
      );
    }
  }
}

function isValue(value: unknown): value is FieldValue {
  return isText(value) || Number.isFinite(value) || typeof value === "boolean";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

const dateForm = /^\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

function isDate(value: unknown): value is string {
  return isText(value) && dateForm.test(value) && Number.isFinite(Date.parse(isoDate(value)));
}

/** Whole, as SQLite wants it: a year or a month is its first day. */
export function isoDate(date: string): string {
  return date.length === 4 ? `${date}-01-01` : date.length === 7 ? `${date}-01` : date;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
