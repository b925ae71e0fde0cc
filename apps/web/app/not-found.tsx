import Link from "next/link";
import { Notice } from "@/components/notice";
import { readLanguage } from "@/server/language";

export default async function NotFound() {
  const { words } = await readLanguage();
  return (
    <main>
      <Notice title={words.failures.notFound}>
        <Link href="/" className="text-accent underline underline-offset-4">
          {words.failures.back}
        </Link>
      </Notice>
    </main>
  );
}
