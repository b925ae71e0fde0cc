import type { Metadata } from "next";
import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { RunList } from "@/components/runs/run-list";
import { SweepList } from "@/components/runs/sweep-list";
import type { RunOverview } from "@/lib/run";
import type { SweepOverview } from "@/lib/sweep";
import { describeFailure } from "@/server/failure";
import { listRuns } from "@/server/runs";
import { listSweeps } from "@/server/sweeps";

export const metadata: Metadata = { title: "Runs" };

export default async function Page() {
  const found = await readAll();
  return (
    <>
      <Header page="runs" />
      <main className="mx-auto max-w-[160rem] px-4 py-8 sm:px-8">
        <h1 className="mb-6 font-semibold text-2xl tracking-tight">Runs</h1>
        {"failure" in found ? (
          <Notice title="No runs to show">
            <p>{found.failure}</p>
          </Notice>
        ) : found.runs.length === 0 && found.sweeps.length === 0 ? (
          <Notice title="No runs yet">
            <p>Train one with `cliptune train`; it appears here from its first step on.</p>
          </Notice>
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
