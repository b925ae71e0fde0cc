import { nearestName } from "@cliptune/engine";
import { expect, test } from "vitest";

test.each([
  ["serch", "search"], // one letter missing
  ["sreach", "search"], // two swaps
  ["Train", "train"], // a case
  ["wieghtDecay", "weightDecay"],
])("%s is a slip of %s", (slip, meant) => {
  expect(nearestName(slip, ["train", "search", "weightDecay", "x"])).toBe(meant);
});

test("a name with more than 40 % of its letters wrong is a slip of none", () => {
  expect(nearestName("banana", ["rank", "alpha"])).toBeUndefined();
  expect(nearestName("rank", [])).toBeUndefined();
  expect(nearestName("abcdefghij", ["abcdef____"])).toBe("abcdef____"); // 4 of 10
  expect(nearestName("abcdefghij", ["abcde_____"])).toBeUndefined(); // 5 of 10
});
