import type { TextTimings } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { sha256 } from "../checksum.js";
import type { SearchIndex } from "../search-index.js";
import type { JudgedTerm } from "./background.js";
import { combineTerms } from "./query-vector.js";
import type { EncodeTexts } from "./remember-texts.js";
import type { QueryTerm, SearchRequest, SearchResponse } from "./request.js";

export interface TermParts {
  readonly index: SearchIndex;
  /** `[n, D]`, one row a text. */
  readonly encodeTexts: EncodeTexts;
  /** The bytes of a picture file → `[D]` */
  encodePicture(image: Uint8Array): Promise<Float32Array>;
}

/** From what confidence on a query counts as answered. */
const goodMatch = 0.5;

/** Encodes the terms of a request and asks the index with their weighted sum. */
export async function searchTerms(
  parts: TermParts,
  { query, ...options }: SearchRequest,
): Promise<SearchResponse> {
  checkTerms(query);
  const began = performance.now();
  const spent: TextTimings = { tokeniseMs: 0 };
  const vectors = await encodeTerms(parts, query, spent);
  const vector = combineTerms(query.map(({ weight = 1 }, i) => ({ vector: vectors[i]!, weight })));
  const encodeMs = performance.now() - began - spent.tokeniseMs;
  const words = query
    .filter(({ weight = 1 }) => weight > 0)
    .flatMap((term) => ("text" in term ? [term.text] : []))
    .join(" ");
  const without = query.flatMap((term) => ("id" in term ? [term.id] : []));
  const asked = query.map(nameTerm);
  const terms = query.map((term, i): JudgedTerm => {
    const kind = "text" in term ? "text" : "picture";
    return { kind, weight: term.weight ?? 1, vector: vectors[i]! };
  });
  const answer = await parts.index.query({ vector, words, without, asked, terms }, options);
  const confidence = answer.confidence ?? 0;
  return {
    ...answer,
    hits: answer.hits.map((hit) => ({ ...hit, confidence: hit.confidence ?? 0 })),
    ...{ confidence, goodMatch: confidence >= goodMatch },
    timings: { ...spent, encodeMs, ...answer.timings },
  };
}

/** One vector `[D]` a term; all texts in one batch. */
async function encodeTerms(
  { index, encodeTexts, encodePicture }: TermParts,
  query: readonly QueryTerm[],
  timings: TextTimings,
): Promise<Float32Array[]> {
  const texts = query.flatMap((term) => ("text" in term ? [term.text] : []));
  const rows = texts.length > 0 ? await encodeTexts(texts, timings) : new Float32Array(0);
  const { dimension } = index.manifest;
  const vectors: Float32Array[] = [];
  let row = 0;
  for (const term of query) {
    if ("text" in term) vectors.push(rows.subarray(row++ * dimension, row * dimension));
    else if ("image" in term) vectors.push(await encodePicture(term.image));
    else vectors.push(await vectorOf(index, term.id));
  }
  return vectors;
}

async function vectorOf(index: SearchIndex, id: string): Promise<Float32Array> {
  const vector = await index.vector(id);
  if (!vector) throw new UserError(`No item of this index has the id "${id}".`);
  return vector;
}

function checkTerms(query: readonly QueryTerm[]): void {
  if (!Array.isArray(query) || query.length === 0) {
    throw new UserError("The query is empty; say what to look for.");
  }
  for (const term of query) checkTerm(term);
  if (query.every(({ weight = 1 }) => weight <= 0)) {
    throw new UserError("The query only says what not to find; add what to look for.");
  }
}

function checkTerm(term: QueryTerm): void {
  const { text, image, id, weight = 1 } = term as Partial<Record<string, unknown>>;
  if (text === undefined && image === undefined && id === undefined) {
    throw new UserError('A term of the query has no "text", "image" or "id"; give it one of them.');
  }
  if (typeof text === "string" && text.trim() === "") {
    throw new UserError("The query is empty; say what to look for.");
  }
  const wrong =
    (text !== undefined && typeof text !== "string" && `text must be a text, got ${typeof text}`) ||
    (id !== undefined && typeof id !== "string" && `id must be a text, got ${typeof id}`) ||
    (image !== undefined && !(image instanceof Uint8Array) && "image must be a file's bytes") ||
    (!Number.isFinite(weight) && `weight must be a finite number, got ${String(weight)}`);
  if (wrong) throw new UserError(`A term of the query is wrong: ${wrong}.`);
}

/** What stands for a term in a cursor. */
function nameTerm(term: QueryTerm): unknown[] {
  const { weight = 1 } = term;
  if ("text" in term) return ["text", term.text, weight];
  return "id" in term ? ["id", term.id, weight] : ["image", sha256(term.image), weight];
}
