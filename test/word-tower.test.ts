import { initModel, parseConfig, textTower, unitNorm } from "@cliptune/clip";
import { type Arrays, createEngine } from "@cliptune/engine";
import { expect, test } from "vitest";
import { bagTower, columnBasis } from "../scripts/words/bag-tower.mjs";
import { countTerms, createBags } from "../scripts/words/terms.mjs";
import { fitTokenBag } from "../scripts/words/token-bag.mjs";

const tower = {
  hidden_size: 48,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 3,
};
const ends = { bos_token_id: 38, eos_token_id: 39, pad_token_id: 39 };
const config = parseConfig(
  {
    projection_dim: 64,
    text_config: { ...tower, ...ends, vocab_size: 40, max_position_embeddings: 8 },
    vision_config: { ...tower, image_size: 16, patch_size: 8 },
  },
  "here",
);
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const product = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
};

test("a text tower built as a bag of tokens gives the bag's vectors", async () => {
  const vectors = Float32Array.from({ length: 40 * 46 }, (_, i) => Math.sin(i * i));
  const importances = Float32Array.from({ length: 40 }, (_, i) => 1.5 * Math.cos(i));
  const basis = columnBasis(initModel(config, 1)["visual_projection.weight"] as never, 46);
  for (const [i, row] of basis.entries()) expect(row, String(i)).toHaveLength(46);
  const params = bagTower(config, { vectors, importances }, basis, 0);
  const engine = await createEngine("auto");
  const program = await engine.compile({
    name: "texts",
    constants: engine.constants(params as Arrays),
    inputs: { ids: { dtype: "int32", shape: [2, 5] }, ends: { dtype: "int32", shape: [2] } },
    run: ({ constants, inputs: { ids, ends: at } }) => ({
      outputs: {
        rows: unitNorm(textTower({ config, params: constants }, ids as never, at as never)),
      },
    }),
  });
  const ids = Int32Array.of(38, 3, 17, 5, 39, 38, 21, 39, 39, 39);
  const { rows } = await program.step({ ids, ends: Int32Array.of(4, 2) });
  for (const [row, tokens] of [[3, 17, 5], [21]].entries()) {
    const shares = tokens.map((token) => Math.exp(importances[token]!));
    const mean = Array.from({ length: 46 }, (_, d) =>
      tokens.reduce((sum, token, k) => sum + shares[k]! * vectors[token * 46 + d]!, 0),
    );
    const wanted = basis.map((across) => mean.reduce((sum, x, d) => sum + x * across[d]!, 0));
    const found = rows!.data.subarray(row * 64, (row + 1) * 64);
    expect(cosine(found, wanted)).toBeGreaterThan(0.97); // its length, places and other heads disturb it a little
  }
  await program.dispose();
  await engine.dispose();
});

test("a bag of tokens is fitted to the texts' vectors", () => {
  const axis = (at: number) => Float32Array.from({ length: 6 }, (_, d) => (d === at ? 1 : 0));
  // Tokens 0 and 1 mean something, 2 is in every text and means nothing.
  const tokens = [[0, 2], [1, 2], [0], [2, 1, 2]];
  const vectors = [axis(0), axis(1), axis(0), axis(1)];
  let last = 2;
  fitTokenBag([{ weight: 1, tokens, vectors }], {
    ...{ size: 3, steps: 60, seed: 0 },
    onStep: (_step: number, _steps: number, loss: number) => {
      last = loss;
    },
  });
  expect(last).toBeLessThan(0.05);
});

test("a text's terms are words, letters and kinds; rare ones count more, unknown ones not at all", () => {
  const kindsOf = (text: string) => (text.includes("fox") ? ["canine"] : []);
  expect([...countTerms("fox", kindsOf)]).toEqual(
    ["fox", "~<fo", "~fox", "~ox>", "~<fox", "~fox>", "=canine"].map((term) => [term, 1]),
  );
  const titles = ["red fox", "red car", "red house"].map((title) => ({ title, tags: [] }));
  const bags = createBags(titles, kindsOf);
  const { weights } = bags.of("red fox zebra");
  expect(Math.hypot(...weights)).toBeCloseTo(1, 5);
  const weightOf = (text: string) => bags.of(text).weights.length;
  expect(weightOf("zebra")).toBe(0);
  expect(weights[1 + 5]).toBeGreaterThan(weights[0]!); // fox beside red
});
