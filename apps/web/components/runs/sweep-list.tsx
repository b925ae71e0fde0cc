import Link from "next/link";
import type { SweepOverview } from "@/lib/sweep";

export function SweepList({ sweeps }: { sweeps: readonly SweepOverview[] }) {
  return (
    <section className="mb-8">
      <h2 className="mb-3 font-semibold text-base">Sweeps</h2>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,24rem),1fr))] gap-4">
        {sweeps.map(({ name, title, runs }) => (
          <li key={name}>
            <Link
              href={`/sweeps/${encodeURIComponent(name)}`}
              prefetch={false}
              className="block h-full rounded-2xl border border-line bg-surface p-5 transition-shadow hover:shadow-[0_6px_20px_oklch(0_0_0/0.08)]"
            >
              <span className="block font-semibold text-base">{title}</span>
              <span className="text-muted">{`${name} · ${runs.length} ${runs.length === 1 ? "run" : "runs"}`}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
