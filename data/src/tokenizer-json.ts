import { learnMerges, WORD_END, WORD_PATTERN, wordsOf } from "./bpe.js";
import { alphabet } from "./byte-level.js";

const START = "<|startoftext|>";
const END = "<|endoftext|>";

/** A text and how often it counts. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/**
 * Learns a lower-case vocabulary in the structure of CLIP's fast tokenizer: 256 bytes, 256 bytes at a
 * word's end, merges, start, end. Loads in `@huggingface/tokenizers` and in Python's transformers.
 *
 * @param size entries, the two special ones included
 * @param length longest encoding in tokens; more is cut, the end kept
 * @returns the content of tokenizer.json
 */
export function trainTokenizer(
  texts: Iterable<WeightedText>,
  { size, length }: { size: number; length: number },
): TokenizerJson {
  const weights = new Map<string, number>();
  for (const { text, weight } of texts) {
    for (const word of wordsOf(text)) weights.set(word, (weights.get(word) ?? 0) + weight);
  }
  // Sorted, so that the order of the texts plays no part.
  const words = new Map([...weights].sort(([a], [b]) => (a < b ? -1 : 1)));
  const single = alphabet();
  const merges = learnMerges(words, { count: size - 2 * single.length - 2 });
  const entries = [
    ...single,
    ...single.map((character) => character + WORD_END),
    ...merges.map(([left, right]) => left + right),
    START,
    END,
  ];
  return tokenizerJson(Object.fromEntries(entries.map((entry, id) => [entry, id])), merges, length);
}

/** The part of tokenizer.json that readers of this package rely on. */
export interface TokenizerJson {
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (readonly [string, string])[];
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

function tokenizerJson(
  vocab: Record<string, number>,
  merges: readonly [string, string][],
  length: number,
): TokenizerJson {
  const byteLevel = { type: "ByteLevel", trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: { direction: "Right", max_length: length, strategy: "LongestFirst", stride: 0 },
    padding: null,
    added_tokens: [START, END].map((content) => special(vocab[content] as number, content)),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: WORD_PATTERN }, behavior: "Removed", invert: true },
        { ...byteLevel, add_prefix_space: false },
      ],
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: [END, vocab[END]],
      cls: [START, vocab[START]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: "",
      end_of_word_suffix: WORD_END,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

function special(id: number, content: string) {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
