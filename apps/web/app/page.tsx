import type { Metadata } from "next";
import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { SearchPage } from "@/components/search/search-page";
import type { SearchStart } from "@/components/search/search-state";
import type { SearchReply } from "@/lib/contract";
import {
  asksSomething,
  pageHits,
  pageTitle,
  type Query,
  readQuery,
  searchParameters,
} from "@/lib/query";
import { answerItems, answerSearch, describeIndex } from "@/server/answers";
import { readAsked } from "@/server/asked";
import { describeFailure } from "@/server/failure";
import { readLanguage } from "@/server/language";

interface HomeProps {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ searchParams }: HomeProps): Promise<Metadata> {
  return { title: { absolute: pageTitle(readQuery(toParameters(await searchParams))) } };
}

export default async function Page({ searchParams }: HomeProps) {
  const start = await readStart(readQuery(toParameters(await searchParams)));
  if ("unreadable" in start) {
    const { words } = await readLanguage();
    return (
      <>
        <Header page="search" />
        <main>
          <Notice title={words.search.noIndex} text={start.unreadable} tone="danger">
            <a href="/" className="text-accent underline underline-offset-4">
              {words.search.retry}
            </a>
          </Notice>
        </main>
      </>
    );
  }
  return <SearchPage start={start} />;
}

function toParameters(values: Awaited<HomeProps["searchParams"]>): URLSearchParams {
  const pairs = Object.entries(values).flatMap(([name, value = []]) =>
    [value].flat().map((one) => [name, one]),
  );
  return new URLSearchParams(pairs);
}

/** The first answer comes with the page, so that nothing moves once it is there. */
async function readStart(query: Query): Promise<SearchStart | { unreadable: string }> {
  try {
    const facts = await describeIndex();
    const { items: sample } = await answerItems({ offset: 0, limit: pageHits });
    return { query, ...facts, sample, ...(await readAnswer(query)) };
  } catch (error) {
    return { unreadable: describeFailure(error).error };
  }
}

/** An address may ask what cannot be answered, such as a picture that was forgotten. */
async function readAnswer(
  query: Query,
): Promise<{ answer?: SearchReply } & Pick<SearchStart, "failure">> {
  if (!asksSomething(query) && query.filter.length === 0) return {};
  try {
    return { answer: await answerSearch(readAsked(searchParameters(query))) };
  } catch (error) {
    const { status, error: message } = describeFailure(error);
    return { failure: { kind: "told", message, status } };
  }
}
