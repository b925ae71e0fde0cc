/** Addresses of searches, the latest first, as this browser remembers them. */
const key = "cliptune-recent";
const most = 8;

export interface RecentSearch {
  readonly label: string;
  /** Parameters of the page's address. */
  readonly address: string;
}

/** @param storage where even asking for it may be refused */
export function readRecent(storage: () => Pick<Storage, "getItem">): RecentSearch[] {
  try {
    const kept: unknown = JSON.parse(storage().getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isRecent).slice(0, most) : [];
  } catch {
    return []; // written by something else, or storage is shut
  }
}

/** Puts a search first. One that it continues, such as "red" before "red sign", is replaced. */
export function addRecent(
  recent: readonly RecentSearch[],
  { label, address }: RecentSearch,
): RecentSearch[] {
  const others = recent.filter(
    (one) => one.address !== address && !label.startsWith(one.label.trimEnd()),
  );
  return [{ label, address }, ...others].slice(0, most);
}

export function writeRecent(
  storage: () => Pick<Storage, "setItem">,
  recent: readonly RecentSearch[],
): void {
  try {
    storage().setItem(key, JSON.stringify(recent));
  } catch {
    // Private windows may refuse; recent searches are a convenience.
  }
}

function isRecent(value: unknown): value is RecentSearch {
  const { label, address } = Object(value) as Record<string, unknown>;
  return typeof label === "string" && typeof address === "string";
}
