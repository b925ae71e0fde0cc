import type { Aspect, Card, SearchReply } from "@/lib/contract";

/** What the server sends with the page. */
export interface SearchStart {
  readonly query: string;
  readonly aspect: Aspect;
  /** Items in the index. */
  readonly count: number;
  /** Shown while nothing is asked. */
  readonly sample: readonly Card[];
  readonly answer?: SearchReply;
}

/** `answer` stays on screen while the next one is on its way. */
export interface SearchState {
  readonly answer: SearchReply | undefined;
  readonly pending: boolean;
  readonly failure: string | undefined;
}
