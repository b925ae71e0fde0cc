import type { Metadata } from "next";
import { Notice } from "@/components/notice";
import { RunView } from "@/components/runs/run-view";
import { RunsPage } from "@/components/runs/runs-page";
import { parseView } from "@/lib/plot-view";
import type { RunReply } from "@/lib/run";
import { describeFailure } from "@/server/failure";
import { readLanguage } from "@/server/language";
import { type PageParameters, runNames, toParameters } from "@/server/parameters";
import { readRunByName } from "@/server/runs";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await readLanguage()).words.runs.curves };
}

export default async function Page({ searchParams }: { readonly searchParams: PageParameters }) {
  const parameters = await toParameters(searchParams);
  const { words } = await readLanguage();
  const runs = await readRuns(parameters.getAll("run"));
  return (
    <RunsPage>
      {"failure" in runs ? (
        <Notice title={words.runs.unshown} text={runs.failure} tone="danger" />
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
