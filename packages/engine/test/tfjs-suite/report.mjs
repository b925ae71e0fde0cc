import { readFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));

/** [{ area, files }]: the first whose pattern begins a file's path is the file's area. */
const areas = read("./areas.json").map(({ area, files }) => ({
  area,
  files: new RegExp(`^${files}`),
}));

/**
 * [{ reason, failures?, specs? }]: a spec that fails is excused by a reason when its message contains one of the
 * `failures`, or its name begins with one of the `specs`.
 */
const exclusions = read("./exclusions.json");

const excuses = (exclusion) => [
  ...(exclusion.failures ?? []).map((text) => ({ exclusion, text, of: "message" })),
  ...(exclusion.specs ?? []).map((text) => ({ exclusion, text, of: "name" })),
];

const applies = ({ text, of }, result) =>
  of === "message" ? (result.message ?? "").includes(text) : result.name.startsWith(text);

const areaOf = ({ file }) => areas.find(({ files }) => files.test(file))?.area;

/** What the results say: specs that fail without a reason, reasons that nothing needs any more, files of no area. */
export function judge(results) {
  const failed = results.filter(({ status }) => status !== "passed");
  const all = exclusions.flatMap(excuses);
  return {
    unexplained: failed.filter((result) => !all.some((excuse) => applies(excuse, result))),
    stale: all
      .filter((excuse) => !failed.some((result) => applies(excuse, result)))
      .map(({ exclusion, text }) => `${text} (${exclusion.reason})`),
    homeless: [...new Set(results.filter((result) => !areaOf(result)).map(({ file }) => file))],
  };
}

const count = (results, test) => results.filter(test).length;
const passed = ({ status }) => status === "passed";

/** A Markdown table in the form that the formatter keeps: the first column is text, the others are numbers. */
function table([head, ...body]) {
  const rows = [head, ...body].map((cells) => cells.map(String));
  const widths = head.map((_, i) => Math.max(3, ...rows.map((cells) => cells[i].length)));
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  const padded = rows.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))),
  );
  return [padded[0], rule, ...padded.slice(1)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** Two tables in Markdown: specs passed and excluded by area, and the reasons with how many specs each excuses. */
export function tables(results) {
  const failed = results.filter((result) => !passed(result));
  const reasonOf = (result) =>
    exclusions.find((exclusion) => excuses(exclusion).some((excuse) => applies(excuse, result)));
  const row = (name, some) => [name, count(some, passed), count(some, (result) => !passed(result))];
  const byArea = areas.map(({ area }) =>
    row(
      area,
      results.filter((r) => areaOf(r) === area),
    ),
  );
  const byReason = exclusions.map((exclusion) => [
    exclusion.reason,
    count(failed, (result) => reasonOf(result) === exclusion),
  ]);
  const areaTable = table([["area", "passed", "excluded"], ...byArea, row("**all**", results)]);
  return `${areaTable}\n\n${table([["why excluded", "specs"], ...byReason])}`;
}

const marked = /(<!-- tfjs-suite -->\n)[\s\S]*?(<!-- \/tfjs-suite -->)/;

/** A README with the tables of these results between its marks. */
export const insertTables = (readme, results) =>
  readme.replace(marked, (_, start, end) => `${start}\n${tables(results)}\n\n${end}`);
