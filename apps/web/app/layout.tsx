import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Speaking } from "@/components/words";
import { readLanguage } from "@/server/language";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "cliptune", template: "%s · cliptune" },
  description: "Search your thumbnails with words.",
  robots: { index: false },
};

export const viewport: Viewport = { colorScheme: "light dark" };

// Every page is rendered for its request: the nonce of the content security policy is new each time.
export const dynamic = "force-dynamic";

export default async function Layout({ children }: { children: ReactNode }) {
  const { language, words } = await readLanguage();
  return (
    <html lang={language}>
      <body className="min-h-dvh font-sans text-sm antialiased">
        <Speaking language={language} words={words}>
          {children}
        </Speaking>
      </body>
    </html>
  );
}
