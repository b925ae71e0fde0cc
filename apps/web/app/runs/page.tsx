import type { Metadata } from "next";
import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { RunList } from "@/components/runs/run-list";
import { SweepList } from "@/components/runs/sweep-list";
import type { RunOverview } from "@/lib/run";
import type { SweepOverview } from "@/lib/sweep";
import { describeFailure } from "@/server/failure";
import { readLanguage } from "@/server/language";
import { listRuns } from "@/server/runs";
import { listSweeps } from "@/server/sweeps";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await readLanguage()).words.runs.title };
}

export default async function Page() {
  const [found, { words }] = await Promise.all([readAll(), readLanguage()]);
  return (
    <>
      <Header page="runs" />
      <main className="mx-auto max-w-[160rem] px-4 py-8 sm:px-8">
        <h1 className="mb-6 font-semibold text-2xl tracking-tight">{words.runs.title}</h1>
        {"failure" in found ? (
          <Notice title={words.runs.none} text={found.failure} />
        ) : found.runs.length === 0 && found.sweeps.length === 0 ? (
          <Notice title={words.runs.noneYet} text={words.runs.noneYetHelp} />
        ) : (
          <>
            {found.sweeps.length > 0 && <SweepList sweeps={found.sweeps} />}
            <RunList runs={found.runs} />
          </>
        )}
      </main>
    </>
  );
}

interface Found {
  readonly runs: RunOverview[];
  readonly sweeps: SweepOverview[];
}

async function readAll(): Promise<Found | { failure: string }> {
  try {
    const [runs, sweeps] = await Promise.all([listRuns(), listSweeps()]);
    return { runs, sweeps };
  } catch (error) {
    return { failure: describeFailure(error).error };
  }
}
