import type { Metadata } from "next";
import { ComparePage, type CompareStart } from "@/components/compare/compare-page";
import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { exampleTitles } from "@/lib/example-titles";
import { pageHits } from "@/lib/query";
import { answerItems, describeIndex } from "@/server/answers";
import { answerCompare, describeStrengths } from "@/server/comparison";
import { describeFailure } from "@/server/failure";
import { readLanguage } from "@/server/language";
import { longestQuery, type PageParameters, toParameters } from "@/server/parameters";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await readLanguage()).words.pages.compare };
}

export default async function Page({ searchParams }: { readonly searchParams: PageParameters }) {
  const start = await readStart(await toParameters(searchParams));
  if (!("failure" in start)) return <ComparePage start={start} />;
  const { words } = await readLanguage();
  return (
    <>
      <Header page="compare" />
      <main>
        <Notice title={words.compare.missing} text={start.failure} />
      </main>
    </>
  );
}

/** The first answer comes with the page. */
async function readStart(parameters: URLSearchParams): Promise<CompareStart | { failure: string }> {
  const query = (parameters.get("q") ?? "").slice(0, longestQuery);
  try {
    const { strengths, recall } = await describeStrengths();
    const wanted = Number(parameters.get("strength") ?? 1);
    const nearest = strengths.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
    const strength = nearest ?? 0;
    const text = query.trim();
    const answer = text ? await answerCompare(text, strength, 12) : undefined;
    const { items } = await answerItems({ offset: 0, limit: pageHits });
    const examples = exampleTitles(items);
    const { aspect } = await describeIndex();
    return { query, strength, strengths, recall, aspect, examples, ...(answer ? { answer } : {}) };
  } catch (error) {
    return { failure: describeFailure(error).error };
  }
}
