import type { Item } from "./contract";

/** A few short and different titles, to show what can be asked. */
export function exampleTitles(items: readonly Pick<Item, "title">[], most = 5): string[] {
  const fitting = items
    .map(({ title }) => title.trim())
    .filter((title) => title.length >= 4 && title.length <= 28);
  return [...new Set(fitting)].slice(0, most);
}
