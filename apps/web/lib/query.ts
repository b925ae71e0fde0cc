import type { Filter } from "./contract";

/** A part of a query besides the words in the box; a negative weight turns away from it. */
export interface Term {
  readonly kind: "text" | "id" | "picture";
  /** Words, an item's id, or the name that the server gave to a picture. */
  readonly value: string;
  readonly weight: number;
}

/** Everything that a search page asks, as its address keeps it. */
export interface Query {
  readonly text: string;
  readonly terms: readonly Term[];
  readonly filter: Filter;
  /** Near-duplicates folded. */
  readonly group: boolean;
  /** Full text over the titles too. */
  readonly hybrid: boolean;
}

export const emptyQuery: Query = { text: "", terms: [], filter: [], group: true, hybrid: false };

/** Whether there is anything to be close to. */
export function asksSomething({ text, terms }: Query): boolean {
  return text.trim() !== "" || terms.some(({ weight }) => weight > 0);
}

const parameterKinds = {
  plus: ["text", 1],
  minus: ["text", -1],
  like: ["id", 1],
  unlike: ["id", -1],
  picture: ["picture", 1],
} as const;

/** Terms of a query: `plus=rain`, `minus=car^0.5`, `like=<id>`; `^` and a number weigh, as in Lucene. */
export function readTerms(parameters: URLSearchParams): Term[] {
  const terms: Term[] = [];
  for (const [name, written] of parameters) {
    if (!Object.hasOwn(parameterKinds, name)) continue;
    const [kind, sign] = parameterKinds[name as keyof typeof parameterKinds];
    const [, value = "", number = "1"] =
      /^([\s\S]*?)(?:\^(-?\d{1,2}(?:\.\d{1,4})?))?$/.exec(written) ?? [];
    if (value.trim() !== "")
      terms.push({ kind, value: value.trim(), weight: sign * Number(number) });
  }
  return terms;
}

function writeTerm({ kind, value, weight }: Term): [string, string] {
  const against = weight < 0 && kind !== "picture";
  const size = against ? -weight : weight;
  const names = {
    text: against ? "minus" : "plus",
    id: against ? "unlike" : "like",
    picture: kind,
  };
  const plain = size === 1 && !/\^-?\d[\d.]*$/.test(value);
  return [names[kind], plain ? value : `${value}^${Number(size.toFixed(2))}`];
}

/** The query as the parameters of a page's address. */
export function writeQuery(query: Query): URLSearchParams {
  const text = query.text.trim();
  return new URLSearchParams([
    ...(text === "" ? [] : [["q", text]]),
    ...query.terms.map(writeTerm),
    ...(query.filter.length === 0 ? [] : [["filter", JSON.stringify(query.filter)]]),
    ...(query.group ? [] : [["group", "false"]]),
    ...(query.hybrid ? [["hybrid", "true"]] : []),
  ]);
}

/** A query in words with signs; pictures that were sent have none. */
export function nameOf({ text, terms }: Query): string {
  const parts = terms
    .filter(({ kind }) => kind !== "picture")
    .map(({ value, weight }) => `${weight < 0 ? "−" : "+"} ${value}`);
  return [text.trim(), ...parts].filter((part) => part !== "").join(" ");
}

/** So that tabs and the browser's history tell searches apart. */
export function pageTitle(query: Query): string {
  return [nameOf(query), "cliptune"].filter((part) => part !== "").join(" · ");
}

/** Fills most screens; the rest comes as it is scrolled to. */
export const pageHits = 36;

/** The query as the parameters of `GET /api/search`, which folds only when told to. */
export function searchParameters(query: Query): URLSearchParams {
  const parameters = writeQuery(query);
  parameters.set("group", String(query.group));
  parameters.set("k", String(pageHits));
  return parameters;
}

/** What a page's address asks; what it cannot mean is left out. */
export function readQuery(parameters: URLSearchParams): Query {
  return {
    text: (parameters.get("q") ?? "").slice(0, longestText),
    terms: readTerms(parameters).slice(0, mostTerms),
    filter: parseFilter(parameters.get("filter")) ?? [],
    group: parameters.get("group") !== "false",
    hybrid: parameters.get("hybrid") === "true",
  };
}

export const longestText = 500;
export const mostTerms = 16;

/** @returns undefined for what is no list of conditions */
export function parseFilter(text: string | null): Filter | undefined {
  try {
    const filter: unknown = JSON.parse(text ?? "[]");
    const isFilter =
      Array.isArray(filter) && filter.every((each) => typeof each?.field === "string");
    return isFilter ? filter : undefined;
  } catch {
    return undefined;
  }
}
