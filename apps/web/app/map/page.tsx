import type { Metadata } from "next";
import { Header } from "@/components/header";
import { MapPage } from "@/components/map/map-page";
import { Notice } from "@/components/notice";
import { readMapQuery } from "@/lib/map";
import { describeIndex } from "@/server/answers";
import { describeFailure } from "@/server/failure";
import { readLanguage } from "@/server/language";
import { type PageParameters, toParameters } from "@/server/parameters";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await readLanguage()).words.pages.map };
}

export default async function Page({ searchParams }: { readonly searchParams: PageParameters }) {
  const failure = await describeIndex().then(
    () => undefined,
    (error: unknown) => describeFailure(error).error,
  );
  if (failure === undefined) {
    return <MapPage first={readMapQuery(await toParameters(searchParams))} />;
  }
  const { words } = await readLanguage();
  return (
    <>
      <Header page="map" />
      <main>
        <Notice title={words.search.noIndex} text={failure} tone="danger" />
      </main>
    </>
  );
}
