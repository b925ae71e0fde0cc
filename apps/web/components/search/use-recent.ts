"use client";

import { useCallback, useEffect, useState } from "react";
import { type Query, writeQuery } from "@/lib/query";
import { addRecent, type RecentSearch, readRecent, writeRecent } from "@/lib/recent-searches";

/** What has been looked at for so long was meant. */
const settleMs = 1500;

/** Searches that were made in this browser; a query becomes one once it has been left alone. */
export function useRecent({ query, answered }: { query: Query; answered: boolean }) {
  const [recent, setRecent] = useState<readonly RecentSearch[]>([]);
  useEffect(() => setRecent(readRecent(window.localStorage)), []);

  const label = labelOf(query);
  const address = writeQuery(query).toString();
  useEffect(() => {
    if (!answered || label === "") return;
    const timer = setTimeout(() => {
      const next = addRecent(readRecent(window.localStorage), { label, address });
      writeRecent(window.localStorage, next);
      setRecent(next);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [answered, label, address]);

  const forget = useCallback(() => {
    writeRecent(window.localStorage, []);
    setRecent([]);
  }, []);

  return { recent, forget };
}

/** Words with signs. Pictures that were sent are forgotten by the server, so they are none of them. */
function labelOf({ text, terms }: Query): string {
  if (terms.some(({ kind }) => kind === "picture")) return "";
  const parts = terms.map(({ value, weight }) => `${weight < 0 ? "−" : "+"} ${value}`);
  return [text.trim(), ...parts].filter((part) => part !== "").join(" ");
}
