import type { ReactNode } from "react";
import { Sentence } from "./sentence";

interface NoticeProps {
  readonly title: string;
  /** Why, and what to do; `backticks` set a command. */
  readonly text?: string;
  /** Ways out. */
  readonly children?: ReactNode;
  readonly tone?: "quiet" | "danger";
}

/** A centred message where a page has nothing else to show. */
export function Notice({ title, text, children, tone = "quiet" }: NoticeProps) {
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className="mx-auto flex max-w-xl flex-col items-center gap-3 px-4 py-24 text-center"
    >
      <h2 className={`font-medium text-lg ${tone === "danger" ? "text-danger" : ""}`}>{title}</h2>
      <div className="flex max-w-full flex-col items-center gap-4 text-muted leading-relaxed">
        {text !== undefined && (
          <p className="max-w-full break-words">
            <Sentence>{text}</Sentence>
          </p>
        )}
        {children}
      </div>
    </div>
  );
}
