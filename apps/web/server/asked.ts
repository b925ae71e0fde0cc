import type { Asked, AskedTerm } from "@/lib/contract";
import { longestText, mostTerms, parseFilter, readTerms } from "@/lib/query";
import { Failure } from "./failure";
import { integerParameter } from "./parameters";

export const defaultHits = 60;
export const mostHits = 200;
const heaviest = 10;
const mostConditions = 32;

/** What the parameters of `GET /api/search` ask. */
export function readAsked(parameters: URLSearchParams): Asked {
  const text = parameters.get("q")?.trim() ?? "";
  const terms: AskedTerm[] = readTerms(parameters).map(({ kind, value, weight }) => {
    const content = { text: { text: value }, id: { id: value }, picture: { picture: value } }[kind];
    return { ...content, weight };
  });
  const filter = parseFilter(parameters.get("filter"));
  if (!filter) {
    throw new Failure(
      400,
      'Parameter filter must be a JSON list of conditions such as [{"field": "year", "min": 1998}].',
    );
  }
  return checked({
    query: [...(text === "" ? [] : [{ text }]), ...terms],
    k: integerParameter(parameters, "k", { least: 1, most: mostHits, otherwise: defaultHits }),
    cursor: parameters.get("cursor") ?? undefined,
    filter: filter.length === 0 ? undefined : filter,
    hybrid: shareParameter(parameters, "hybrid"),
    group: shareParameter(parameters, "group"),
    diversity: shareParameter(parameters, "diversity"),
  });
}

/** What a JSON body of `POST /api/search` asks: the same, by the names of the index's own API. */
export function readAskedBody(body: Uint8Array): Asked {
  const { query, k = defaultHits, ...rest } = parseObject(body);
  const known = ["cursor", "filter", "hybrid", "group", "diversity"];
  const unknown = Object.keys(rest).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Failure(
      400,
      `The body has ${show(unknown)}; it may have query, k, ${known.join(", ")}.`,
    );
  }
  if (!Array.isArray(query)) {
    throw new Failure(400, 'query must be a list of terms such as [{"text": "red sign"}].');
  }
  if (!(Number.isInteger(k) && Number(k) >= 1 && Number(k) <= mostHits)) {
    throw new Failure(400, `k is ${show(k)}; it must be a whole number from 1 to ${mostHits}.`);
  }
  const { cursor, filter, hybrid, group, diversity } = rest;
  if (cursor !== undefined && typeof cursor !== "string") {
    throw new Failure(400, `cursor is ${show(cursor)}; it must be the text of an answer.`);
  }
  return checked({
    query: query.map(readTerm),
    k: Number(k),
    cursor,
    filter: filter as Asked["filter"], // the index checks each condition
    hybrid: share("hybrid", hybrid),
    group: share("group", group),
    diversity: share("diversity", diversity),
  });
}

function parseObject(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Falls through to the same advice.
  }
  throw new Failure(400, 'The body must be a JSON object such as {"query": [{"text": "red"}]}.');
}

function readTerm(term: unknown): AskedTerm {
  const { weight = 1, ...content } = Object(term) as Record<string, unknown>;
  const [[kind, value] = ["", undefined], ...others] = Object.entries(content);
  const kinds = ["text", "id", "picture", "image"];
  if (others.length > 0 || !kinds.includes(kind) || typeof value !== "string" || value === "") {
    throw new Failure(
      400,
      `A term of the query is ${show(term)}; it must have one text under ${kinds.join(", ")}, and may have a weight.`,
    );
  }
  if (typeof weight !== "number") {
    throw new Failure(400, `The weight of a term is ${show(weight)}; it must be a number.`);
  }
  if (kind === "image") return { image: Buffer.from(value, "base64"), weight };
  return { [kind]: value, weight } as unknown as AskedTerm;
}

function checked(asked: Asked): Asked {
  const { query, filter } = asked;
  if (query.length === 0 && filter === undefined) {
    throw new Failure(
      400,
      "Parameter q is missing or empty; it must be a text, or give a term or a filter.",
    );
  }
  if (query.length > mostTerms) {
    throw new Failure(400, `The query has ${query.length} terms; it may have ${mostTerms}.`);
  }
  for (const { weight = 1, ...content } of query) {
    const [value] = Object.values(content);
    if (typeof value === "string" && value.length > longestText) {
      throw new Failure(
        400,
        `A term has ${value.length} characters; it may have at most ${longestText}.`,
      );
    }
    if (!(Number.isFinite(weight) && weight !== 0 && Math.abs(weight) <= heaviest)) {
      throw new Failure(
        400,
        `The weight of a term is ${weight}; it must be a number other than 0, at most ${heaviest}.`,
      );
    }
  }
  if (Array.isArray(filter) && filter.length > mostConditions) {
    throw new Failure(400, `The filter has ${filter.length} conditions; ${mostConditions} may be.`);
  }
  return asked;
}

/** Absent, `true`, or a share from 0 to 1. */
function share(name: string, value: unknown): number | boolean | undefined {
  const isShare = typeof value === "number" && value >= 0 && value <= 1;
  if (value === undefined || typeof value === "boolean" || isShare) return value;
  throw new Failure(400, `${name} is ${show(value)}; it must be a number from 0 to 1, or true.`);
}

function shareParameter(parameters: URLSearchParams, name: string): number | boolean | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (text === "true" || text === "false") return text === "true";
  return share(name, /^\d*\.?\d+$/.test(text) ? Number(text) : text);
}

const show = (value: unknown): string => String(JSON.stringify(value)).slice(0, 60);
