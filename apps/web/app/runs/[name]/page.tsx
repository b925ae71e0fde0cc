import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RunView } from "@/components/runs/run-view";
import { RunsPage } from "@/components/runs/runs-page";
import { parseView } from "@/lib/plot-view";
import { Failure } from "@/server/failure";
import { type PageParameters, pathPart, toParameters } from "@/server/parameters";
import { readRunByName } from "@/server/runs";

interface RunPageProps {
  readonly params: Promise<{ name: string }>;
  readonly searchParams: PageParameters;
}

export async function generateMetadata({ params }: RunPageProps): Promise<Metadata> {
  return { title: pathPart((await params).name) };
}

export default async function Page({ params, searchParams }: RunPageProps) {
  const { name } = await params;
  const run = await readRunByName(pathPart(name)).catch((error: unknown) => {
    if (error instanceof Failure) notFound();
    throw error;
  });
  const view = parseView(await toParameters(searchParams));
  return (
    <RunsPage>
      <RunView first={[run]} firstView={view} />
    </RunsPage>
  );
}
