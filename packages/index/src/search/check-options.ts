import { UserError } from "@cliptune/engine";
import { checkFilter } from "./filter.js";
import type { SearchOptions } from "./request.js";

/** Values of all options: what was not given is what stands here. */
export interface ChosenOptions {
  readonly k: number;
  readonly cursor: string | undefined;
  readonly filter: NonNullable<SearchOptions["filter"]>;
  /** 0 is none. */
  readonly hybrid: number;
  /** Undefined is none. */
  readonly group: number | undefined;
  readonly diversity: number;
}

/** @throws UserError naming the option, what it was and what it must be */
export function checkOptions(options: SearchOptions): ChosenOptions {
  const { k = 10, cursor, filter = [] } = options;
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new UserError(`The number of results is ${k}; it must be a whole number from 1 up.`);
  }
  if (cursor !== undefined && typeof cursor !== "string") {
    throw new UserError(
      `The cursor is ${cursor}; it must be the text that came with the page before.`,
    );
  }
  checkFilter(filter);
  return {
    ...{ k, cursor, filter },
    hybrid: share("hybrid", options.hybrid, 0.5) ?? 0,
    group: share("group", options.group, 0.97),
    diversity: share("diversity", options.diversity, 0.5) ?? 0,
  };
}

/** @param usual what `true` stands for */
function share(name: string, value: unknown, usual: number): number | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return usual;
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new UserError(`"${name}" is ${JSON.stringify(value)}; it must be a number from 0 to 1.`);
}
