import type { en } from "./en";

/** A text for each category of number that the language tells apart; `other` is there always. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

type Texts<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends { readonly other: string }
      ? Plural
      : Texts<T[K]>;
};

/** Every text of the interface. */
export type Words = Texts<typeof en>;

/** Puts values into a text: `fill("for “{query}”", { query })`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text that goes with a number, `{count}`, which is written as the language writes numbers. */
export function counted(text: Plural, count: number, language: string): string {
  const form = text[new Intl.PluralRules(language).select(count)] ?? text.other;
  return fill(form, { count: count.toLocaleString(language) });
}
