"use client";

import { Notice } from "@/components/notice";
import { useWords } from "@/components/words";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const { words } = useWords();
  return (
    <main>
      <Notice title={words.failures.page} tone="danger">
        <p>{words.failures.pageHelp}</p>
        <button type="button" onClick={reset} className="rounded-md bg-sunken px-4 py-2 text-ink">
          {words.search.retry}
        </button>
      </Notice>
    </main>
  );
}
