"use client";

import { useCallback, useState } from "react";
import type { Card, ItemsReply } from "@/lib/contract";
import { fetchJson } from "@/lib/fetch-json";
import { pageHits } from "@/lib/query";

/** What is shown while nothing is asked: a walk through the whole index, a page at a time. */
export function useSample(first: readonly Card[], count: number) {
  const [cards, setCards] = useState(first);
  const [more, setMore] = useState<"idle" | "loading" | "failed">("idle");

  const loadMore = useCallback(() => {
    if (more === "loading" || cards.length >= count) return;
    setMore("loading");
    fetchJson<ItemsReply>(`/api/items?offset=${cards.length}&limit=${pageHits}`).then(
      ({ items }) => {
        setCards([...cards, ...items]);
        setMore("idle");
      },
      () => setMore("failed"),
    );
  }, [cards, count, more]);

  return { cards, more, loadMore, ended: cards.length >= count };
}
