/** The 256 characters that byte-level BPE writes bytes as: printable Latin-1 as itself, the rest from U+0100 on. */
function byteSymbols(): string[] {
  const printable = (b: number) => (b > 32 && b < 127) || (b > 160 && b !== 173);
  let extra = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(printable(b) ? b : extra++));
}

/**
 * A real `tokenizer.json` of CLIP's kind without a single merge: one token a byte, start-of-text 598,
 * end-of-text 599, as the golden model's configuration says.
 */
export function byteTokenizer(): Record<string, unknown> {
  const symbols = byteSymbols();
  const vocab = Object.fromEntries([
    ...symbols.map((symbol, i) => [symbol, i]),
    ...symbols.map((symbol, i) => [`${symbol}</w>`, 256 + i]),
    ["<|startoftext|>", 598],
    ["<|endoftext|>", 599],
  ]);
  const special = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: "1.0",
    added_tokens: [special("<|startoftext|>", 598), special("<|endoftext|>", 599)],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: ["<|endoftext|>", 599],
      cls: ["<|startoftext|>", 598],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: "ByteLevel" },
    model: {
      type: "BPE",
      unk_token: "<|endoftext|>",
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      vocab,
      merges: [],
    },
  };
}
