import type { Condition, Filter } from "./contract";

/** The condition on a field, if there is one. */
export function conditionOn(filter: Filter, field: string): Condition | undefined {
  return filter.find((condition) => condition.field === field);
}

/** The filter with other tests on one field; without tests the field's condition goes. */
export function withTests(
  filter: Filter,
  field: string,
  tests: Omit<Condition, "field"> | undefined,
): Filter {
  const kept = Object.entries(tests ?? {}).filter(([, value]) => value !== undefined);
  const others = filter.filter((condition) => condition.field !== field);
  return kept.length === 0 ? others : [...others, { field, ...Object.fromEntries(kept) }];
}
