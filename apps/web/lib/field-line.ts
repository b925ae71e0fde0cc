import type { Card } from "./contract";

const longest = 40;

/** An item's fields in one line: values, the names of what is true; addresses and long texts are for the detail. */
export function fieldLine(fields: Card["fields"]): string {
  return Object.entries(fields)
    .map(([name, value]) => (typeof value === "boolean" ? (value ? name : "") : String(value)))
    .filter((text) => text !== "" && text.length <= longest && !/^https?:\/\//.test(text))
    .join(" · ");
}
