import { Header } from "@/components/header";
import { Notice } from "@/components/notice";
import { readLanguage } from "@/server/language";

export default async function NotFound() {
  const { words } = await readLanguage();
  return (
    <>
      <Header />
      <main>
        <Notice title={words.failures.notFound}>
          <a href="/" className="text-accent underline underline-offset-4">
            {words.failures.back}
          </a>
        </Notice>
      </main>
    </>
  );
}
