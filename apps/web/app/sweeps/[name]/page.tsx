import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { RunsPage } from "@/components/runs/runs-page";
import { SweepPlots } from "@/components/sweeps/sweep-plots";
import { SweepTable } from "@/components/sweeps/sweep-table";
import { curvesPath, mostRuns } from "@/lib/run";
import { counted, fill } from "@/lib/words/words";
import { Failure } from "@/server/failure";
import { readLanguage } from "@/server/language";
import { pathPart } from "@/server/parameters";
import { readSweepByName } from "@/server/sweeps";

interface SweepPageProps {
  readonly params: Promise<{ name: string }>;
}

export async function generateMetadata({ params }: SweepPageProps): Promise<Metadata> {
  return { title: pathPart((await params).name) };
}

export default async function Page({ params }: SweepPageProps) {
  const { name } = await params;
  const sweep = await readSweepByName(pathPart(name)).catch((error: unknown) => {
    if (error instanceof Failure) notFound();
    throw error;
  });
  const { words, language } = await readLanguage();
  const count = sweep.runs.length;
  return (
    <RunsPage>
      <div className="flex flex-wrap items-baseline gap-x-6 gap-y-2">
        <h1 className="min-w-0 break-words font-semibold text-2xl tracking-tight">{sweep.title}</h1>
        {count > 0 && (
          <Link
            href={curvesPath(sweep.runs.slice(0, mostRuns))}
            prefetch={false}
            className="text-accent underline underline-offset-4"
          >
            {count > mostRuns
              ? fill(words.runs.curvesOfFirst, { most: mostRuns, count })
              : counted(words.runs.curvesOfIts, count, language)}
          </Link>
        )}
      </div>
      <SweepPlots sweep={sweep} />
      <SweepTable sweep={sweep} />
    </RunsPage>
  );
}
