import type { Metadata } from "next";
import { Notice } from "@/components/notice";
import { RunView } from "@/components/runs/run-view";
import { RunsPage } from "@/components/runs/runs-page";
import { parseView } from "@/lib/plot-view";
import type { RunReply } from "@/lib/run";
import { describeFailure } from "@/server/failure";
import { type PageParameters, runNames, toParameters } from "@/server/parameters";
import { readRunByName } from "@/server/runs";

export const metadata: Metadata = { title: "Curves" };

export default async function Page({ searchParams }: { readonly searchParams: PageParameters }) {
  const parameters = await toParameters(searchParams);
  const runs = await readRuns(parameters.getAll("run"));
  return (
    <RunsPage>
      {"failure" in runs ? (
        <Notice title="These runs cannot be shown" tone="danger">
          <p>{runs.failure}</p>
        </Notice>
      ) : (
        <RunView first={runs} firstView={parseView(parameters)} />
      )}
    </RunsPage>
  );
}

async function readRuns(names: string[]): Promise<RunReply[] | { failure: string }> {
  try {
    return await Promise.all(runNames(names).map(readRunByName));
  } catch (error) {
    return { failure: describeFailure(error).error };
  }
}
