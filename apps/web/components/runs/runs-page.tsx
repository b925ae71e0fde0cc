"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Header } from "@/components/header";
import { useWords } from "@/components/words";

/** The frame of a page below the list of runs. */
export function RunsPage({ children }: { children: ReactNode }) {
  const { words } = useWords();
  return (
    <>
      <Header page="runs" />
      <main className="mx-auto max-w-[160rem] px-4 py-6 sm:px-8">
        <nav aria-label={words.runs.path} className="mb-3">
          <Link href="/runs" prefetch={false} className="text-muted hover:text-ink">
            ← {words.runs.all}
          </Link>
        </nav>
        {children}
      </main>
    </>
  );
}
