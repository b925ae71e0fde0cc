"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { pageTitle, type Query, readQuery, writeQuery } from "@/lib/query";

export interface QueryControl {
  readonly query: Query;
  /** Typing changes the address in place; a choice is a step that the browser's Back undoes. */
  change(part: Partial<Query>, how?: "typing" | "choice"): void;
}

/** The query, kept in the address so that a search can be shared, reloaded and gone back to. */
export function useQuery(first: Query): QueryControl {
  const [query, setQuery] = useState(first);
  const latest = useRef(first);

  useEffect(() => {
    const onPop = () => {
      latest.current = readQuery(new URLSearchParams(window.location.search));
      setQuery(latest.current);
    };
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }, []);

  const title = pageTitle(query);
  useEffect(() => {
    document.title = title;
  }, [title]);

  const change = useCallback((part: Partial<Query>, how: "typing" | "choice" = "choice") => {
    latest.current = { ...latest.current, ...part };
    setQuery(latest.current);
    const parameters = writeQuery(latest.current).toString();
    const address = parameters === "" ? "/" : `/?${parameters}`;
    if (how === "typing") window.history.replaceState(null, "", address);
    else window.history.pushState(null, "", address);
  }, []);

  return { query, change };
}
