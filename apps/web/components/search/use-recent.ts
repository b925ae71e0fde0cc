"use client";

import { useCallback, useEffect, useState } from "react";
import { nameOf, type Query, writeQuery } from "@/lib/query";
import { addRecent, type RecentSearch, readRecent, writeRecent } from "@/lib/recent-searches";

/** What has been looked at for so long was meant. */
const settleMs = 1500;

const storage = () => window.localStorage;

/** Searches that were made in this browser; a query becomes one once it has been left alone. */
export function useRecent({ query, answered }: { query: Query; answered: boolean }) {
  const [recent, setRecent] = useState<readonly RecentSearch[]>([]);
  useEffect(() => setRecent(readRecent(storage)), []);

  const label = labelOf(query);
  const address = writeQuery(query).toString();
  useEffect(() => {
    if (!answered || label === "") return;
    const timer = setTimeout(() => {
      const next = addRecent(readRecent(storage), { label, address });
      writeRecent(storage, next);
      setRecent(next);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [answered, label, address]);

  const forget = useCallback(() => {
    writeRecent(storage, []);
    setRecent([]);
  }, []);

  return { recent, forget };
}

/** Pictures that were sent are forgotten by the server, so a search with one is none of them. */
function labelOf(query: Query): string {
  return query.terms.some(({ kind }) => kind === "picture") ? "" : nameOf(query);
}
