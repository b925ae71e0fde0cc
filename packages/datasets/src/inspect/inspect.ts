import { seededRandom } from "@cliptune/clip";
import type { DataSet, Pair } from "../pair.js";
import { languageName, languageOf } from "./language.js";
import { lookAll, type Seen } from "./look.js";
import { nearDuplicates } from "./near-duplicates.js";
import { numberTally, type Spread, wordTally } from "./tally.js";

export interface InspectOptions {
  /** Tokens that a text takes, start and end included; without it, lengths are not told. */
  countTokens?(text: string): number;
  /** The model's context length. */
  readonly tokenLimit?: number;
  /** Only so many pairs from the beginning. */
  readonly limit?: number;
  /** Pictures kept as examples, drawn evenly by the seed. */
  readonly examples?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number): void;
}

export interface Inspection {
  readonly kind: string;
  readonly path: string;
  readonly pairs: number;
  /** Pictures that cannot be read: how many, and the first ones. */
  readonly broken: {
    readonly count: number;
    readonly first: readonly { id: string; reason: string }[];
  };
  readonly formats: Readonly<Record<string, number>>;
  readonly width?: Spread | undefined;
  readonly height?: Spread | undefined;
  readonly duplicates: {
    /** Groups of pictures that look the same, and pictures beyond the first of each. */
    readonly groups: number;
    readonly pictures: number;
    /** Groups that have members in more than one split: evaluation that training has seen. */
    readonly acrossSplits: number;
    readonly first: readonly (readonly string[])[];
  };
  readonly captions: {
    readonly count: number;
    readonly distinctTitles: number;
    readonly tokens?: Spread | undefined;
    readonly tokenLimit?: number;
    /** Captions that lose their end. */
    readonly cut: number;
  };
  /** Share of the titles by language. */
  readonly languages: readonly {
    readonly code: string;
    readonly name: string;
    readonly count: number;
  }[];
  readonly splits: Readonly<Record<string, number>>;
  readonly labels: number;
  readonly fields: readonly string[];
  /** Drawn evenly from the set, for a contact sheet. */
  readonly examples: readonly Pair[];
}

const mostNamed = 10;

/**
 * Reads a whole set once, decoding every picture as training would, and says what is in it. Besides the examples it
 * keeps some hundred bytes a picture, for the search of duplicates.
 */
export async function inspect(set: DataSet, options: InspectOptions = {}): Promise<Inspection> {
  const { limit = Number.POSITIVE_INFINITY, signal } = options;
  const words = wordsTally(options);
  const pictures = pictureTally();
  const sample = reservoir<Pair>(options.examples ?? 64, options.seed ?? 0);
  const broken: { id: string; reason: string }[] = [];
  let [pairs, brokenCount] = [0, 0];
  for await (const seen of lookAll(firstOf(set.pairs(), limit))) {
    signal?.throwIfAborted();
    words.add(seen.pair);
    if ("reason" in seen) {
      brokenCount++;
      if (broken.length < mostNamed) broken.push({ id: seen.pair.id, reason: seen.reason });
    } else {
      pictures.add(seen);
      sample.add(seen.pair);
    }
    pairs++;
    options.onProgress?.(pairs);
  }
  return {
    ...{ kind: set.kind, path: set.path, pairs, broken: { count: brokenCount, first: broken } },
    ...pictures.result(),
    ...words.result(),
    examples: sample.drawn,
  };
}

async function* firstOf<T>(items: AsyncIterable<T>, limit: number): AsyncGenerator<T> {
  let left = limit;
  if (left <= 0) return;
  for await (const item of items) {
    yield item;
    if (--left <= 0) return;
  }
}

function wordsTally({ countTokens, tokenLimit }: InspectOptions) {
  const tokens = numberTally();
  const [languages, splits, labels, fields] = [wordTally(), wordTally(), wordTally(), wordTally()];
  const titles = new Set<string>();
  let [count, cut] = [0, 0];
  return {
    add({ title, captions, split, label, fields: own }: Pair): void {
      titles.add(title.toLowerCase());
      languages.add(languageOf(title));
      if (split !== undefined) splits.add(split);
      if (label !== undefined) labels.add(label);
      for (const key of Object.keys(own)) fields.add(key);
      for (const caption of captions) {
        count++;
        if (!countTokens) continue;
        const length = countTokens(caption);
        tokens.add(length);
        if (tokenLimit !== undefined && length > tokenLimit) cut++;
      }
    },
    result(): Pick<Inspection, "captions" | "languages" | "splits" | "labels" | "fields"> {
      const limit = tokenLimit === undefined ? {} : { tokenLimit };
      return {
        captions: { count, distinctTitles: titles.size, tokens: tokens.spread(), ...limit, cut },
        languages: languages
          .entries()
          .map(([code, n]) => ({ code, name: languageName(code), count: n })),
        splits: Object.fromEntries(splits.entries()),
        labels: labels.entries().length,
        fields: fields.entries().map(([key]) => key),
      };
    },
  };
}

function pictureTally() {
  const formats = wordTally();
  const [width, height] = [numberTally(), numberTally()];
  const seen: Pick<Seen, "fingerprint">[] = [];
  const names: { id: string; split: string | undefined }[] = [];
  return {
    add(picture: Seen): void {
      formats.add(picture.format);
      width.add(picture.width);
      height.add(picture.height);
      seen.push({ fingerprint: picture.fingerprint });
      names.push({ id: picture.pair.id, split: picture.pair.split });
    },
    result(): Pick<Inspection, "formats" | "width" | "height" | "duplicates"> {
      const groups = new Map<number, { id: string; split: string | undefined }[]>();
      const firsts = nearDuplicates(seen.map(({ fingerprint }) => fingerprint));
      for (const [i, first] of firsts.entries()) {
        const group = groups.get(first);
        if (group) group.push(names[i]!);
        else groups.set(first, [names[i]!]);
      }
      const several = [...groups.values()].filter((group) => group.length > 1);
      const across = several.filter((group) => new Set(group.map(({ split }) => split)).size > 1);
      return {
        formats: Object.fromEntries(formats.entries()),
        ...{ width: width.spread(), height: height.spread() },
        duplicates: {
          groups: several.length,
          pictures: several.reduce((n, group) => n + group.length - 1, 0),
          acrossSplits: across.length,
          first: several
            .slice(0, mostNamed)
            .map((group) => group.slice(0, mostNamed).map(({ id }) => id)),
        },
      };
    },
  };
}

/** Keeps `size` of the items that are added, each with the same chance (Vitter's algorithm R). */
function reservoir<T>(size: number, seed: number): { drawn: T[]; add(item: T): void } {
  const random = seededRandom(seed);
  const drawn: T[] = [];
  let n = 0;
  return {
    drawn,
    add(item) {
      n++;
      if (drawn.length < size) drawn.push(item);
      else {
        const at = Math.floor(random() * n);
        if (at < size) drawn[at] = item;
      }
    },
  };
}
