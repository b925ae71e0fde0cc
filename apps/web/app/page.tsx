import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { SearchPage } from "@/components/search/search-page";
import type { SearchStart } from "@/components/search/search-state";
import { answerItems, answerSearch, defaultHits, describeIndex } from "@/server/answers";
import { describeFailure } from "@/server/failure";
import { longestQuery } from "@/server/parameters";

interface HomeProps {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: HomeProps) {
  const { q } = await searchParams;
  const query = (typeof q === "string" ? q : "").slice(0, longestQuery);
  const start = await readStart(query);
  if ("failure" in start) {
    return (
      <>
        <Header page="search" />
        <main>
          <Notice title="The index cannot be searched" tone="danger">
            <p>{start.failure}</p>
            <a href="/" className="text-accent underline underline-offset-4">
              Try again
            </a>
          </Notice>
        </main>
      </>
    );
  }
  return <SearchPage start={start} />;
}

/** The first answer comes with the page, so that nothing moves once it is there. */
async function readStart(query: string): Promise<SearchStart | { failure: string }> {
  try {
    const { aspect } = await describeIndex();
    const { items: sample, count } = await answerItems({ offset: 0, limit: defaultHits });
    const answer = query.trim() ? await answerSearch(query.trim(), defaultHits) : undefined;
    return { query, aspect, count, sample, ...(answer ? { answer } : {}) };
  } catch (error) {
    return { failure: describeFailure(error).error };
  }
}
