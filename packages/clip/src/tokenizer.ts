import { UserError } from "@cliptune/engine";
import { Tokenizer as FastTokenizer } from "@huggingface/tokenizers";

export interface EncodedTexts {
  /** `[n, length]`, each row start-of-text … end-of-text, then end-of-text again as padding. */
  readonly ids: Int32Array;
  /** `[n]` column of each row's end-of-text. */
  readonly ends: Int32Array;
  readonly length: number;
}

export interface EncodeTextOptions {
  /** Columns of the result; the smallest bucket that holds every text unless given. */
  readonly length?: number;
}

export interface Tokenizer {
  readonly contextLength: number;
  /** The lengths that `encode` chooses from; programs are compiled for these only. */
  readonly buckets: readonly number[];
  /** The contents of `tokenizer.json`. */
  readonly json: unknown;
  /** Token ids of texts; a text that is too long loses its end but keeps its end-of-text. */
  encode(texts: readonly string[], options?: EncodeTextOptions): EncodedTexts;
}

/** 16 and 32 tokens, or all 77: titles are short, and attention is causal, so a shorter row is exact. */
export const textBuckets = (contextLength: number): number[] => [
  ...[16, 32, 77].filter((length) => length < contextLength),
  contextLength,
];

/** Far more than tokens can hold; keeps a megabyte pasted into a search box from being merged pair by pair. */
const charactersPerToken = 256;

function pack(rows: readonly number[][], length: number): EncodedTexts {
  const ids = new Int32Array(rows.length * length);
  const ends = new Int32Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const end = row.at(-1)!;
    const kept = row.length > length ? [...row.slice(0, length - 1), end] : row;
    ids.fill(end, i * length, (i + 1) * length);
    ids.set(kept, i * length);
    ends[i] = kept.length - 1;
  }
  return { ids, ends, length };
}

function startTokenizer(json: unknown, where: string): FastTokenizer {
  try {
    return new FastTokenizer(json as object, {});
  } catch (error) {
    throw new UserError(
      `${where} is not a tokenizer that can be read: ${(error as Error).message}.`,
    );
  }
}

export interface TokenizerOptions {
  readonly contextLength: number;
  /** Rows of the model's token table. */
  readonly vocabSize: number;
  /** Names the file in errors. */
  readonly where?: string;
}

/**
 * A tokenizer from the contents of a `tokenizer.json`.
 *
 * @throws UserError when it cannot be read, adds no end-of-text, or knows more tokens than the model
 */
export function createTokenizer(json: unknown, options: TokenizerOptions): Tokenizer {
  const { contextLength, vocabSize, where = "tokenizer.json" } = options;
  const fast = startTokenizer(json, where);
  if (fast.encode("").ids.length < 2) {
    throw new UserError(
      `${where} adds no start-of-text and end-of-text tokens; its post_processor must.`,
    );
  }
  let largest = 0;
  for (const id of fast.get_vocab(true).values()) largest = Math.max(largest, id);
  if (largest >= vocabSize) {
    throw new UserError(
      `${where} has token ids up to ${largest}, but the model's vocab_size is ${vocabSize}; they belong to different models.`,
    );
  }
  const buckets = textBuckets(contextLength);
  const mostCharacters = contextLength * charactersPerToken;
  return {
    contextLength,
    buckets,
    json,
    encode(texts, { length } = {}) {
      const rows = texts.map((text) => fast.encode(text.slice(0, mostCharacters)).ids);
      const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
      const fitting = buckets.find((bucket) => bucket >= longest) ?? contextLength;
      return pack(rows, length ?? fitting);
    },
  };
}

/** Stands in for a tokenizer that a model directory lacks: only encoding a text needs it. */
export function missingTokenizer(path: string, contextLength: number): Tokenizer {
  return {
    contextLength,
    buckets: textBuckets(contextLength),
    json: undefined,
    encode() {
      throw new UserError(
        `${path} does not exist; texts need it. Copy it from the original model.`,
      );
    },
  };
}
