"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { LanguageSwitch } from "./language-switch";
import { useWords } from "./words";

/** The pages in the order of the navigation. */
const pages = { search: "/", compare: "/compare", runs: "/runs" } as const;

interface HeaderProps {
  readonly page: keyof typeof pages;
  readonly children?: ReactNode;
}

export function Header({ page, children }: HeaderProps) {
  const { words } = useWords();
  return (
    <header className="sticky top-0 z-10 border-line border-b bg-canvas/90 backdrop-blur-md">
      <div className="grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-3 px-4 py-3 sm:grid-cols-[1fr_minmax(16rem,40rem)_1fr] sm:px-8">
        <Link
          href="/"
          prefetch={false}
          className="flex items-center gap-2 justify-self-start rounded font-semibold text-base tracking-tight"
        >
          <Mark />
          <span className="max-sm:sr-only">cliptune</span>
        </Link>
        <div
          className={`order-last col-span-2 sm:order-none sm:col-span-1 ${children ? "" : "max-sm:hidden"}`}
        >
          {children}
        </div>
        <nav aria-label={words.pages.label} className="flex items-center gap-1 justify-self-end">
          {Object.entries(pages).map(([name, href]) => (
            <PageLink key={name} href={href} current={name === page}>
              {words.pages[name as keyof typeof pages]}
            </PageLink>
          ))}
          <LanguageSwitch />
        </nav>
      </div>
    </header>
  );
}

function PageLink(props: { href: string; current: boolean; children: ReactNode }) {
  return (
    <Link
      href={props.href}
      prefetch={false}
      aria-current={props.current ? "page" : undefined}
      className="rounded-md px-2 py-1.5 text-muted sm:px-3 transition-colors hover:text-ink aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
    >
      {props.children}
    </Link>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 20 20" className="size-5 text-accent" aria-hidden="true">
      <path
        d="M3 13V7M8 17V3M13 13.5v-7M17.5 11.5v-3"
        stroke="currentColor"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
    </svg>
  );
}
