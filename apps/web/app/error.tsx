"use client";

import { Notice } from "@/components/notice";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <main>
      <Notice title="This page failed to load" tone="danger">
        <p>The server's log says why.</p>
        <button type="button" onClick={reset} className="rounded-md bg-sunken px-4 py-2 text-ink">
          Try again
        </button>
      </Notice>
    </main>
  );
}
