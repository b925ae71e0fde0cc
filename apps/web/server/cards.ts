import type { Card, Hit } from "@/lib/contract";

/** Adds the address of the picture: by id only, and new with each version of the index. */
export function toCards(items: readonly Hit[], version: string): Card[] {
  return items.map((item) => ({
    ...item,
    thumbnail: `/api/thumbnails/${encodeURIComponent(item.id)}?v=${version}`,
  }));
}
