/** Every finite number inside a value by its path: `{ a: { b: 1 } }` → `{ "a.b": 1 }`. */
export function flatten(value: unknown, prefix = ""): Record<string, number> {
  if (typeof value === "number") return Number.isFinite(value) ? { [prefix]: value } : {};
  if (typeof value !== "object" || value === null) return {};
  const parts = Object.entries(value).map(([key, inner]) =>
    flatten(inner, prefix === "" ? key : `${prefix}.${key}`),
  );
  return Object.assign({}, ...parts) as Record<string, number>;
}
