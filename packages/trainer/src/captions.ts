import { UserError } from "@cliptune/engine";
import { z } from "zod";
import type { Pair } from "./folder.js";
import type { Stream } from "./random.js";

/** `captions` of a training set: what is said of a picture, made from what its row says. */
export const captionTemplates = z
  .array(
    z.string().regex(/^[^{}]*(\{[^{}]+\}[^{}]*)+$/, {
      error: 'needs a field in braces, as in "{title} by {channel}"',
    }),
  )
  .min(1)
  .describe('texts made of fields, such as "{title} by {channel}"; each is a caption of the pair');

/**
 * Pairs with the captions that templates make of their title, label, own captions (`{caption}`: one text for each) and
 * fields. A template is left out where a pair lacks one of its fields; a pair that lacks all keeps its captions.
 *
 * @param where names the data set in errors
 * @throws UserError for a field that no pair has
 */
export function fillCaptions(
  pairs: readonly Pair[],
  templates: readonly string[],
  where: string,
): Pair[] {
  const wanted = new Set(templates.flatMap(namesIn));
  for (const field of wanted) {
    if (pairs.some((pair) => valuesOf(pair, field).length > 0)) continue;
    const known = [...new Set(pairs.flatMap(fieldsOf))];
    throw new UserError(
      `captions of ${where} name {${field}}, which no pair has; the fields are ${known.join(", ")}.`,
    );
  }
  return pairs.map((pair) => {
    const forms = [...new Set(templates.flatMap((template) => filled(template, pair)))];
    return forms.length > 0 ? { ...pair, captions: forms } : pair;
  });
}

/** Fixed text and names of fields in turn. */
const partsOf = (template: string): string[] => template.split(/\{([^{}]+)\}/);

const namesIn = (template: string): string[] => partsOf(template).filter((_, i) => i % 2 === 1);

/** Every text that a template makes of a pair; none when a field is missing. */
const filled = (template: string, pair: Pair): string[] =>
  partsOf(template).reduce<string[]>(
    (texts, part, i) => {
      const values = i % 2 === 1 ? valuesOf(pair, part) : [part];
      return texts.flatMap((text) => values.map((value) => text + value));
    },
    [""],
  );

function valuesOf(pair: Pair, field: string): string[] {
  if (field === "caption") return [...pair.captions];
  const { title, label, split } = pair;
  const value = pair.fields?.[field] ?? { title, label, split }[field];
  const text = value === undefined || value === null ? "" : String(value).trim();
  return text === "" ? [] : [text];
}

const fieldsOf = (pair: Pair): string[] =>
  ["title", "caption", "label", "split", ...Object.keys(pair.fields ?? {})].filter(
    (field) => valuesOf(pair, field).length > 0,
  );

/** Texts without some of their words: each is left out with probability `rate`, but one word always stays. */
export function thinned(texts: readonly string[], rate: number, random: Stream): string[] {
  if (rate === 0) return [...texts];
  return texts.map((text) => {
    const words = text.split(" ");
    const kept = words.filter(() => random() >= rate);
    return kept.length > 0 ? kept.join(" ") : words[Math.floor(random() * words.length)]!;
  });
}
