import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTokenizer } from "@cliptune/clip";
import { describe, expect, test } from "vitest";
import { byteTokenizer } from "./byte-tokenizer.js";

/** CLIP's public vocabulary is not ours to commit; it lies beside the repository where these values were made. */
const shared = fileURLToPath(new URL("../../../../shared/golden/tokenizer/", import.meta.url));
const found = existsSync(`${shared}tokenizer.json`);
if (!found) console.warn(`skipping the CLIP vocabulary test: ${shared}tokenizer.json is not there`);

describe.skipIf(!found)("with OpenAI's vocabulary", () => {
  const read = (name: string) => JSON.parse(readFileSync(`${shared}${name}`, "utf8"));

  test("every text has transformers' ids", () => {
    const tokenizer = createTokenizer(read("tokenizer.json"), {
      contextLength: 77,
      vocabSize: 49408,
    });
    const cases = read("cases.json") as { text: string; input_ids: number[] }[];
    expect(cases.length).toBeGreaterThan(10);
    for (const { text, input_ids } of cases) {
      const { ids, ends, length } = tokenizer.encode([text]);
      expect([...ids.subarray(0, ends[0]! + 1)], text).toEqual(input_ids);
      expect(length).toBe([16, 32, 77].find((bucket) => bucket >= input_ids.length));
    }
  });
});

describe("a tokenizer", () => {
  const tokenizer = createTokenizer(byteTokenizer(), { contextLength: 77, vocabSize: 600 });

  test("picks the smallest bucket that holds every text", () => {
    expect(tokenizer.buckets).toEqual([16, 32, 77]);
    expect(tokenizer.encode(["a", "b"]).length).toBe(16);
    expect(tokenizer.encode(["a", "x".repeat(14)]).length).toBe(16);
    expect(tokenizer.encode(["a", "x".repeat(15)]).length).toBe(32);
    expect(tokenizer.encode(["x".repeat(40)]).length).toBe(77);
    expect(tokenizer.encode([]).length).toBe(16);
    const short = createTokenizer(byteTokenizer(), { contextLength: 24, vocabSize: 600 });
    expect(short.buckets).toEqual([16, 24]);
  });

  test("starts, ends and pads rows", () => {
    const { ids, ends } = tokenizer.encode(["A", ""], { length: 4 });
    expect([...ids]).toEqual([598, 256 + 97, 599, 599, 598, 599, 599, 599]);
    expect([...ends]).toEqual([2, 1]);
  });

  test("cuts a text that is too long before its end-of-text", () => {
    const { ids, ends, length } = tokenizer.encode(["y".repeat(500)]);
    expect(length).toBe(77);
    expect([ids[0], ids[75], ids[76], ends[0]]).toEqual([598, 121, 599, 76]);
  });

  test("of another model, without end-of-text, or no tokenizer at all, is refused", () => {
    const make =
      (json: unknown, vocabSize = 600) =>
      () =>
        createTokenizer(json, { contextLength: 77, vocabSize, where: "my/tokenizer.json" });
    expect(make(byteTokenizer(), 512)).toThrow(/ids up to 599, but the model's vocab_size is 512/);
    expect(make({ ...byteTokenizer(), post_processor: null })).toThrow(/end-of-text/);
    expect(make({ model: { type: "Abacus" } })).toThrow(/my\/tokenizer\.json is not a tokenizer/);
    expect(make([])).toThrow(/my\/tokenizer\.json is not a tokenizer/);
  });
});
