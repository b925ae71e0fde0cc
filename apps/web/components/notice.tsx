import type { ReactNode } from "react";

interface NoticeProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly tone?: "quiet" | "danger";
}

/** A centred message where a page has nothing else to show. */
export function Notice({ title, children, tone = "quiet" }: NoticeProps) {
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className="mx-auto flex max-w-xl flex-col items-center gap-3 px-4 py-24 text-center"
    >
      <h2 className={`font-medium text-lg ${tone === "danger" ? "text-danger" : ""}`}>{title}</h2>
      <div className="flex flex-col items-center gap-4 text-muted leading-relaxed">{children}</div>
    </div>
  );
}
