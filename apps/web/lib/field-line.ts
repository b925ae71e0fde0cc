import type { Card, FieldSummary } from "./contract";

const longest = 40;

/** Fields that tell pictures apart: not those that say the same of every one. */
export function tellingFields(fields: readonly FieldSummary[], count: number): FieldSummary[] {
  return fields.filter((field) => field.distinct > 1 || field.count < count);
}

/**
 * An item's fields in one line: values, the names of what is true; addresses and long texts are for
 * the detail. Each is isolated (U+2068, U+2069), lest one written from right to left turns the others around.
 */
export function fieldLine(
  fields: Card["fields"],
  { names, language }: { readonly names: readonly string[]; readonly language: string },
): string {
  return names
    .flatMap((name) => {
      const value = fields[name];
      if (value === undefined || value === false) return [];
      return value === true ? name : fieldText(value, language);
    })
    .filter((text) => text !== "" && text.length <= longest && !/^https?:\/\//.test(text))
    .map((text) => `\u2068${text}\u2069`)
    .join(" · ");
}

/** A value as it is read: large whole numbers in groups, but not what may be a year. */
export function fieldText(value: string | number, language: string): string {
  const grouped = Number.isInteger(value) && Math.abs(Number(value)) >= 10_000;
  return grouped ? value.toLocaleString(language) : String(value);
}
