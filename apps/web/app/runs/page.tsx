import type { Metadata } from "next";
import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { RunList } from "@/components/runs/run-list";
import type { RunOverview } from "@/lib/run";
import { describeFailure } from "@/server/failure";
import { listRuns } from "@/server/runs";

export const metadata: Metadata = { title: "Runs" };

export default async function Page() {
  const runs = await readRuns();
  return (
    <>
      <Header page="runs" />
      <main className="mx-auto max-w-[160rem] px-4 py-8 sm:px-8">
        <h1 className="mb-6 font-semibold text-2xl tracking-tight">Runs</h1>
        {"failure" in runs ? (
          <Notice title="No runs to show">
            <p>{runs.failure}</p>
          </Notice>
        ) : runs.length === 0 ? (
          <Notice title="No runs yet">
            <p>Train one with `cliptune train`; it appears here from its first step on.</p>
          </Notice>
        ) : (
          <RunList runs={runs} />
        )}
      </main>
    </>
  );
}

async function readRuns(): Promise<RunOverview[] | { failure: string }> {
  try {
    return await listRuns();
  } catch (error) {
    return { failure: describeFailure(error).error };
  }
}
