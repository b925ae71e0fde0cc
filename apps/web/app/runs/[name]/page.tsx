import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Header } from "@/components/header";
import { RunView } from "@/components/runs/run-view";
import { Failure } from "@/server/failure";
import { pathPart } from "@/server/parameters";
import { readRunByName } from "@/server/runs";

interface RunPageProps {
  readonly params: Promise<{ name: string }>;
}

export async function generateMetadata({ params }: RunPageProps): Promise<Metadata> {
  return { title: pathPart((await params).name) };
}

export default async function Page({ params }: RunPageProps) {
  const { name } = await params;
  const run = await readRunByName(pathPart(name)).catch((error: unknown) => {
    if (error instanceof Failure) notFound();
    throw error;
  });
  return (
    <>
      <Header page="runs" />
      <main className="mx-auto max-w-[160rem] px-4 py-6 sm:px-8">
        <nav aria-label="Breadcrumb" className="mb-3">
          <Link href="/runs" prefetch={false} className="text-muted hover:text-ink">
            ← All runs
          </Link>
        </nav>
        <RunView first={run} />
      </main>
    </>
  );
}
