import { expect, test } from "vitest";
import { loadChoice } from "../dist/load-choice.js";

test("a strength without an adapter is refused, not passed over", async () => {
  await expect(loadChoice({ model: "tiny", strength: 0.5 })).rejects.toThrow(
    "there is no adapter; give --run or --adapter too",
  );
  expect(await loadChoice({ model: "tiny" })).toMatchObject({ strength: 1 });
});
