"use client";

import type { ReactNode } from "react";
import { LanguageSwitch } from "./language-switch";
import { useWords } from "./words";

/** The pages in the order of the navigation. */
const pages = { search: "/", compare: "/compare", map: "/map", runs: "/runs" } as const;

interface HeaderProps {
  /** The one that is shown; none where something else is. */
  readonly page?: keyof typeof pages;
  readonly children?: ReactNode;
}

export function Header({ page, children }: HeaderProps) {
  const { words } = useWords();
  return (
    <header className="sticky top-0 z-10 border-line border-b bg-canvas/90 backdrop-blur-md">
      <div className="grid sm:min-h-17 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-3 px-4 py-3 sm:gap-x-6 sm:grid-cols-[1fr_minmax(16rem,40rem)_1fr] sm:px-8 lg:grid-cols-[1fr_minmax(16rem,36rem)_minmax(max-content,1fr)]">
        <a
          href="/"
          className="flex items-center gap-2 justify-self-start rounded font-semibold text-base tracking-tight"
        >
          <Mark />
          <span className="max-sm:sr-only">cliptune</span>
        </a>
        <div
          className={`order-last col-span-2 sm:order-none sm:col-span-1 ${children ? "" : "max-sm:hidden"}`}
        >
          {children}
        </div>
        <nav
          aria-label={words.pages.label}
          className="-my-1 flex max-w-full items-center gap-0.5 justify-self-end overflow-x-auto py-1 sm:gap-1"
        >
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
    <a
      href={props.href}
      aria-current={props.current ? "page" : undefined}
      className="whitespace-nowrap rounded-md px-1.5 py-1.5 text-muted transition-colors hover:text-ink sm:px-3 aria-[current]:bg-sunken aria-[current]:font-medium aria-[current]:text-ink"
    >
      {props.children}
    </a>
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
