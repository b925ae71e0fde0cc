import Link from "next/link";
import { Notice } from "@/components/notice";

export default function NotFound() {
  return (
    <main>
      <Notice title="There is nothing here">
        <Link href="/" className="text-accent underline underline-offset-4">
          Back to the search
        </Link>
      </Notice>
    </main>
  );
}
