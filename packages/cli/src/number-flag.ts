import { UsageError } from "./usage-error.js";

export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/**
 * The number that a flag was given.
 *
 * @param flag how it is written, such as `--rank`
 * @throws UsageError when it is no number, or out of range
 */
export function numberFlag(text: string, flag: string, range: NumberRange = {}): number {
  const {
    least = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
    whole = false,
  } = range;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (
    Number.isFinite(value) &&
    value >= least &&
    value <= most &&
    (!whole || Number.isInteger(value))
  ) {
    return value;
  }
  const kind = whole ? "a whole number" : "a number";
  const bounds = [
    Number.isFinite(least) ? ` from ${least}` : "",
    Number.isFinite(most) ? ` to ${most}` : Number.isFinite(least) ? " up" : "",
  ].join("");
  throw new UsageError(`${flag} must be ${kind}${bounds}, got ${text}`);
}
