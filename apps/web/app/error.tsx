"use client";

import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { useWords } from "@/components/words";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const { words } = useWords();
  return (
    <>
      <Header />
      <main>
        <Notice title={words.failures.page} text={words.failures.pageHelp} tone="danger">
          <button type="button" onClick={reset} className="quiet-button">
            {words.search.retry}
          </button>
        </Notice>
      </main>
    </>
  );
}
