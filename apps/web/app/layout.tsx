import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "cliptune", template: "%s · cliptune" },
  description: "Search your thumbnails with words.",
  robots: { index: false },
};

export const viewport: Viewport = { colorScheme: "light dark" };

// Every page is rendered for its request: the nonce of the content security policy is new each time.
export const dynamic = "force-dynamic";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body className="min-h-dvh font-sans text-sm antialiased">{children}</body>
    </html>
  );
}
