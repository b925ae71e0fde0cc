import { expect, test } from "vitest";
import { rememberTexts } from "../dist/search/remember-texts.js";

/** Rows that tell texts apart, and which texts were encoded. */
function counted() {
  const encoded: string[][] = [];
  const encode = async (texts: readonly string[]) => {
    encoded.push([...texts]);
    if (texts.includes("bad")) throw new Error("can't be encoded");
    return Float32Array.from(texts.flatMap((text) => [text.length, text.charCodeAt(0)]));
  };
  return { encoded, encode };
}

test("a text is encoded once, and its row comes in the order asked for", async () => {
  const { encoded, encode } = counted();
  const remembered = rememberTexts(encode);
  expect([...(await remembered(["a", "bb", "a"]))]).toEqual([1, 97, 2, 98, 1, 97]);
  expect([...(await remembered(["ccc", "bb"]))]).toEqual([3, 99, 2, 98]);
  expect([...(await remembered(["bb", "a"]))]).toEqual([2, 98, 1, 97]);
  expect(encoded).toEqual([["a", "bb"], ["ccc"]]);
});

test("the longest unused are forgotten, and a request larger than the memory is answered whole", async () => {
  const { encoded, encode } = counted();
  const remembered = rememberTexts(encode, 2);
  await remembered(["a"]);
  await remembered(["b"]);
  await remembered(["a"]);
  await remembered(["c"]); // pushes out b
  await remembered(["a"]);
  await remembered(["b"]);
  expect(encoded).toEqual([["a"], ["b"], ["c"], ["b"]]);
  expect([...(await remembered(["b", "c", "d", "e"]))]).toEqual([1, 98, 1, 99, 1, 100, 1, 101]);
});

test("a caller's changes and a failure leave nothing behind", async () => {
  const { encode } = counted();
  const remembered = rememberTexts(encode);
  (await remembered(["a"])).fill(0);
  expect([...(await remembered(["a"]))]).toEqual([1, 97]);
  for (let i = 0; i < 2; i++) await expect(remembered(["a", "bad"])).rejects.toThrow("encoded");
});
