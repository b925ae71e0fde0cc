import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, test } from "vitest";
import { learnMerges } from "../dist/bpe.js";
import { trainTokenizer } from "../dist/tokenizer-json.js";

const json = (file: string) => JSON.parse(readFileSync(join(tinyModelDir, file), "utf8"));

describe("byte pair merges", () => {
  // Sennrich's example with a marked end: low ×5, lower ×2, newest ×6, widest ×3.
  const words = new Map([
    ["low", 5],
    ["lower", 2],
    ["newest", 6],
    ["widest", 3],
  ]);

  test("join the heaviest pair first", () => {
    // e s 6+3 = 9, s t</w> 9: "e s" sorts first; then es t</w> 9; then l o 5+2 = 7.
    expect(learnMerges(words, { count: 3 })).toEqual([
      ["e", "s"],
      ["es", "t</w>"],
      ["l", "o"],
    ]);
  });

  test("end when no pair weighs enough", () => {
    // Every word but "lower" (weight 2) becomes one symbol: nothing of weight 3 is left to join.
    const merges = learnMerges(words, { count: 1000, minimum: 3 }).map((pair) => pair.join(""));
    expect(merges).toEqual(expect.arrayContaining(["low</w>", "newest</w>", "widest</w>"]));
    expect(merges).not.toContain("lower</w>");
  });
});

test("a vocabulary depends on the texts, not on their order", () => {
  const texts = ["no bicycles", "bicycles only", "no left turn", "left lane", "赤いりんご"];
  const weighted = texts.map((text) => ({ text, weight: 3 }));
  const options = { size: 560, length: 32 };
  expect(trainTokenizer(weighted.toReversed(), options)).toEqual(trainTokenizer(weighted, options));
});

describe("the tiny CLIP's tokenizer", () => {
  const file = json("tokenizer.json");
  const tokenizer = new Tokenizer(file, json("tokenizer_config.json"));
  const { text_config: text } = json("config.json");

  test("has as many entries as the model has embeddings, numbered without gaps", () => {
    const ids = Object.values(file.model.vocab as Record<string, number>).sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: text.vocab_size }, (_, id) => id));
  });

  test("frames a text with the model's start and end", () => {
    const { ids } = tokenizer.encode("No Bicycles");
    expect(ids).toHaveLength(4);
    expect(ids[0]).toBe(text.bos_token_id);
    expect(ids[3]).toBe(text.eos_token_id);
    expect(tokenizer.encode("no   bicycles").ids).toEqual(ids);
  });

  test.each(["赤リンゴ", "Привет мир", "ça va", "🎩 🇰🇷", "brontosaurus skateboarding", "ﬁ\u0301x"])(
    "spells out %s without an unknown",
    (sample) => {
      const { ids } = tokenizer.encode(sample);
      expect(ids.slice(1, -1)).not.toContain(text.eos_token_id);
      const back = tokenizer.decode(ids, { skip_special_tokens: true });
      expect(back.replaceAll(" ", "")).toBe(
        sample.normalize("NFC").toLowerCase().replaceAll(" ", ""),
      );
    },
  );

  test("knows every word of the signs' training titles in two parts on average or fewer", () => {
    const words = ["pedestrians", "bicycles", "roundabout", "overtaking", "motorway", "trucks"];
    const parts = words.map((word) => tokenizer.encode(word).ids.length - 2);
    expect(parts.reduce((sum, n) => sum + n, 0) / words.length).toBeLessThanOrEqual(2);
  });

  test("has the parts of CLIP's own file, so Python's CLIPTokenizerFast reads it", () => {
    expect(file.model).toMatchObject({
      type: "BPE",
      end_of_word_suffix: "</w>",
      unk_token: "<|endoftext|>",
    });
    expect(file.post_processor).toMatchObject({
      type: "RobertaProcessing",
      cls: ["<|startoftext|>", text.bos_token_id],
      sep: ["<|endoftext|>", text.eos_token_id],
    });
    expect(file.truncation.max_length).toBe(text.max_position_embeddings);
    for (const [left, right] of file.model.merges as [string, string][]) {
      expect(file.model.vocab).toHaveProperty([left + right]);
    }
  });
});

test("the tiny CLIP weighs less than 20 MB, two bytes a parameter", () => {
  const {
    projection_dim: projection,
    text_config: text,
    vision_config: vision,
  } = json("config.json");
  const block = (d: number, hidden: number) =>
    4 * (d * d + d) + 2 * d * hidden + hidden + d + 4 * d;
  const patches = (vision.image_size / vision.patch_size) ** 2;
  const [t, v] = [text.hidden_size, vision.hidden_size];
  const total =
    (text.vocab_size + text.max_position_embeddings) * t +
    text.num_hidden_layers * block(t, text.intermediate_size) +
    2 * t +
    (3 * vision.patch_size ** 2 + 1 + patches + 1) * v +
    vision.num_hidden_layers * block(v, vision.intermediate_size) +
    4 * v +
    projection * (t + v) +
    1;
  const bytes = statSync(join(tinyModelDir, "model.safetensors")).size;
  expect(bytes - 2 * total).toBeGreaterThan(0); // the file's header
  expect(bytes - 2 * total).toBeLessThan(50_000);
  expect(bytes).toBeLessThan(20e6);
});
