import { UserError } from "@cliptune/engine";
import { sha256 } from "../checksum.js";

/** Where a page begins, and in which order of which version. */
export interface Place {
  readonly offset: number;
  /** Hits of the first page: the order depends on it. */
  readonly first: number;
}

export interface Order {
  readonly version: string;
  /** What was asked, as `digest` gives it. */
  readonly asked: string;
}

export function encodeCursor({ offset, first }: Place, { version, asked }: Order): string {
  return Buffer.from(JSON.stringify([version, asked, first, offset])).toString("base64url");
}

/** @throws UserError when it is no cursor, another search's, or of an index that was replaced */
export function decodeCursor(cursor: string, order: Order): Place {
  const [version, asked, first, offset] = parse(cursor);
  if (version !== order.version) {
    throw new UserError(
      "The index was replaced after the page that this cursor comes from; search again without a cursor.",
    );
  }
  if (asked !== order.asked) {
    throw new UserError(
      "The cursor comes from another search; send it with the same query, filter and options, or search without a cursor.",
    );
  }
  return { first, offset };
}

function parse(cursor: string): [string, string, number, number] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(parsed) && parsed.length === 4) {
      const [version, asked, first, offset] = parsed as unknown[];
      if (typeof version === "string" && typeof asked === "string") {
        if (isPlace(first) && isPlace(offset)) return [version, asked, first, offset];
      }
    }
  } catch {
    // Falls through to the same advice.
  }
  throw new UserError(
    `"${cursor.slice(0, 40)}" is not a cursor; give the one that came with the page before, unchanged.`,
  );
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** A short name for what decides the order of the hits. */
export function digest(asked: unknown): string {
  return sha256(JSON.stringify(asked)).slice(0, 16);
}
