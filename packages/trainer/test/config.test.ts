import { parseTrainConfig } from "@cliptune/trainer";
import { expect, test } from "vitest";

const data = { train: [{ path: "pictures" }] };
const message = (value: unknown): string => {
  try {
    parseTrainConfig(value, "signs.yaml");
  } catch (error) {
    expect((error as Error).name).toBe("UserError");
    return (error as Error).message;
  }
  throw new Error("the configuration was accepted");
};

test("fills in every default", () => {
  const config = parseTrainConfig({ data });
  expect(config.lora).toMatchObject({ rank: 16, alpha: 32, strength: 1 });
  expect(config.data.train[0]).toEqual({ path: "pictures", weight: 1, share: 1 });
  expect(parseTrainConfig(config)).toEqual(config);
});

test("names an unknown key, its place and the nearest known one", () => {
  expect(message({ data, lora: { rnak: 8 } })).toBe(
    'signs.yaml is not a valid training configuration:\n✖ Unrecognized key: "rnak"; did you mean "rank"?\n  → at lora',
  );
  const nested = message({ data: { train: [{ path: "x", wieght: 2 }] } });
  expect(nested).toContain('"wieght"; did you mean "weight"?');
  expect(nested).toContain("→ at data.train[0]");
});

test("lists the known keys when none is near", () => {
  expect(message({ data, lora: { banana: 1 } })).toContain('"banana"; known keys: rank, alpha');
});

test("reports every fault at once, cross-field rules too", () => {
  const text = message({ data, epochs: 1, steps: 1, batchSize: 1, augment: { crop: [1, 0.5] } });
  expect(text).toContain("→ at batchSize");
  expect(text).toContain("→ at augment.crop");
  expect(message({ data, epochs: 1, steps: 1 })).toContain('give "epochs" or "steps", not both');
  expect(message({ data, init: "random", mode: "full" })).toContain("→ at architecture");
  expect(message({ data: { train: [{ path: "a", set: "b" }] } })).toContain("exactly one of");
});
