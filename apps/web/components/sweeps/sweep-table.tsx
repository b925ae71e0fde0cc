"use client";

import { useState } from "react";
import { save } from "@/components/chart/save";
import { useWords } from "@/components/words";
import { csv } from "@/lib/csv";
import { type Column, type SweepReply, shownCell, sortRows } from "@/lib/sweep";

/** The rows of a sweep; a click on a head sorts by that column, and turns the order. */
export function SweepTable({ sweep }: { sweep: SweepReply }) {
  const { words } = useWords();
  const { columns, rows } = sweep;
  const [order, setOrder] = useState<{ column: string; down: boolean }>();
  const shown = order ? sortRows(rows, order) : rows;
  const numeric = ({ name }: Column) => rows.every((row) => typeof row[name] !== "string");
  const download = () => {
    const lines = rows.map((row) => columns.map(({ name }) => row[name]));
    const text = csv([columns.map(({ name }) => name), ...lines]);
    save(`${sweep.name}.csv`, new Blob([text], { type: "text/csv" }));
  };
  const sortBy = (name: string) =>
    setOrder({ column: name, down: order?.column === name ? !order.down : true });
  return (
    <div className="mt-6 rounded-2xl border border-line bg-surface p-4 sm:p-5">
      <button
        type="button"
        onClick={download}
        aria-label={words.curves.downloadTable}
        className="mb-1 ml-auto block rounded text-muted text-xs hover:text-ink"
      >
        CSV
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="overflow-x-auto" tabIndex={0} aria-label={words.curves.table}>
        <table className="w-full border-collapse tabular-nums">
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.name}
                  scope="col"
                  aria-sort={sortOf(order, column.name)}
                  className="border-line border-b px-2 py-1 text-right first:text-left"
                >
                  <button
                    type="button"
                    onClick={() => sortBy(column.name)}
                    className="whitespace-nowrap font-medium text-muted text-xs hover:text-ink"
                  >
                    {column.label}
                    {column.unit && ` (${column.unit})`}
                    {order?.column === column.name && (order.down ? " ↓" : " ↑")}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={JSON.stringify(row)} className="hover:bg-sunken">
                {columns.map((column) => (
                  <td
                    key={column.name}
                    className={`whitespace-nowrap px-2 py-1 first:text-left ${numeric(column) ? "text-right" : "text-left"}`}
                  >
                    {shownCell(row[column.name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function sortOf(order: { column: string; down: boolean } | undefined, name: string) {
  if (order?.column !== name) return undefined;
  return order.down ? "descending" : "ascending";
}
