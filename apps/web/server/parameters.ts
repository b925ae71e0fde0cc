import { mostRuns } from "@/lib/run";
import { Failure } from "./failure";

export const longestQuery = 500;

/** The trimmed value of a parameter that must be there. */
export function textParameter(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name)?.trim();
  if (!value) throw new Failure(400, `Parameter ${name} is missing or empty; it must be a text.`);
  if (value.length > longestQuery) {
    throw new Failure(
      400,
      `Parameter ${name} has ${value.length} characters; it may have at most ${longestQuery}.`,
    );
  }
  return value;
}

/** A whole number within a range, or the default where the parameter is absent. */
export function integerParameter(
  parameters: URLSearchParams,
  name: string,
  range: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const value = parameters.get(name);
  if (value === null) return range.otherwise;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= range.least && number <= range.most)) {
    throw new Failure(
      400,
      `Parameter ${name} is ${JSON.stringify(value.slice(0, 40))}; it must be a whole number from ${range.least} to ${range.most}.`,
    );
  }
  return number;
}

/** A part of a page's path, decoded: Next hands it over as it came (to route handlers, decoded). */
export function pathPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Failure(400, "This address is not valid percent-encoding.");
  }
}

/** The runs that are asked for, each once. @throws Failure 400 when there are none or too many */
export function runNames(values: readonly string[]): string[] {
  const names = [...new Set(values)];
  if (names.length >= 1 && names.length <= mostRuns) return names;
  throw new Failure(
    400,
    `There are ${names.length} parameters run; give one for each run, 1 to ${mostRuns} of them.`,
  );
}

/** The part of a page's address behind the question mark, as Next hands it over. */
export type PageParameters = Promise<Readonly<Record<string, string | string[] | undefined>>>;

export async function toParameters(parameters: PageParameters): Promise<URLSearchParams> {
  const pairs = Object.entries(await parameters).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs);
}

/** A number of 0 or more, or the default where the parameter is absent. */
export function strengthParameter(parameters: URLSearchParams, otherwise: number): number {
  const value = parameters.get("strength");
  if (value === null) return otherwise;
  if (/^\d{1,4}(\.\d{1,6})?$/.test(value)) return Number(value);
  throw new Failure(
    400,
    `Parameter strength is ${JSON.stringify(value.slice(0, 40))}; it must be a number of 0 or more, such as 0.75.`,
  );
}
