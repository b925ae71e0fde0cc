import type { Aspect, Card, FieldSummary, SearchReply } from "@/lib/contract";
import type { ReplyError } from "@/lib/fetch-json";
import type { Query } from "@/lib/query";

/** How all tiles of an index look. */
export interface GridLook {
  readonly aspect: Aspect;
  /** Names of the fields that a tile tells. */
  readonly told: readonly string[];
}

/** What the server sends with the page. */
export interface SearchStart {
  readonly query: Query;
  readonly aspect: Aspect;
  /** Items in the index. */
  readonly count: number;
  readonly fields: readonly FieldSummary[];
  /** Shown while nothing is asked. */
  readonly sample: readonly Card[];
  readonly answer?: SearchReply;
  /** Why the query of the address has no answer. */
  readonly failure?: Pick<ReplyError, "kind" | "message" | "status">;
}
