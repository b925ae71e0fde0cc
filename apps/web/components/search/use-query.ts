"use client";

import { useCallback, useEffect, useState } from "react";

/** The text in the box, kept in the address as `?q=` so that a search can be shared and reloaded. */
export function useQuery(first: string): [string, (query: string) => void] {
  const [query, setQuery] = useState(first);

  useEffect(() => {
    const onPop = () => setQuery(new URLSearchParams(window.location.search).get("q") ?? "");
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }, []);

  const change = useCallback((next: string) => {
    setQuery(next);
    const wanted = next.trim();
    const address = wanted ? `/?q=${encodeURIComponent(wanted)}` : "/";
    window.history.replaceState(null, "", address);
  }, []);

  return [query, change];
}
