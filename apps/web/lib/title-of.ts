/** What an item is called: its title or, where it has none, the last part of its id. */
export function titleOf({ id, title }: { readonly id: string; readonly title: string }): string {
  return title.trim() || id.split("/").findLast((part) => part !== "") || id;
}
