import type { Card, Hit, Item } from "@/lib/contract";

/** Adds the address of the picture: by id only, and new with each version of the index. */
export function toCards(items: readonly (Item | Hit)[], version: string): Card[] {
  return items.map((item) => ({
    id: item.id,
    title: item.title,
    fields: item.fields,
    ...("score" in item ? { score: item.score } : {}),
    thumbnail: `/api/thumbnails/${encodeURIComponent(item.id)}?v=${version}`,
  }));
}
