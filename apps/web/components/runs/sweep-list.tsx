"use client";

import Link from "next/link";
import { useWords } from "@/components/words";
import type { SweepOverview } from "@/lib/sweep";
import { counted } from "@/lib/words/words";

export function SweepList({ sweeps }: { sweeps: readonly SweepOverview[] }) {
  const { words, language } = useWords();
  return (
    <section className="mb-8">
      <h2 className="mb-3 font-semibold text-base">{words.runs.sweeps}</h2>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,24rem),1fr))] gap-4">
        {sweeps.map(({ name, title, runs }) => (
          <li key={name}>
            <Link
              href={`/sweeps/${encodeURIComponent(name)}`}
              prefetch={false}
              className="block h-full rounded-2xl border border-line bg-surface p-5 transition-shadow hover:shadow-[0_6px_20px_oklch(0_0_0/0.08)]"
            >
              <span className="block font-semibold text-base">{title}</span>
              <span className="text-muted">{`${name} · ${counted(words.runs.count, runs.length, language)}`}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
