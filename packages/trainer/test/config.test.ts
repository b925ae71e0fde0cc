import { parseTrainConfig, settings } from "@cliptune/trainer";
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

test.each([
  [{ batchSize: "64" }, 'must be a number, got "64"\n  → at batchSize'],
  [{ lora: { rank: -4 } }, "must be at least 1, got -4\n  → at lora.rank"],
  [{ mode: "lorra" }, 'must be "lora" or "full" or a mapping of keys, got "lorra"\n  → at mode'],
  [
    { mode: { image: "lora" } },
    'is missing; it must be "lora", "full" or "frozen"\n  → at mode.text',
  ],
  [{ evaluate: { every: "epochs" } }, 'must be "epoch" or a number, got "epochs"'],
  [{ augment: { crop: 0.5 } }, "must be a list of two numbers, got 0.5\n  → at augment.crop"],
  [{ loss: [{ ntXent: "yes" }] }, 'must be a number or a mapping of keys, got "yes"'],
  [{ loss: [{ ntXent: { temprature: 1 } }] }, "→ at loss[0].ntXent"],
])("says what must hold and what was seen: %j", (wrong, fault) => {
  expect(message({ data, ...wrong })).toContain(fault);
});

test.each([
  [null, "nothing"],
  ["hello", '"hello"'],
  [[], "an empty list"],
])("a file that holds %j is no configuration", (value, seen) =>
  expect(message(value)).toMatch(new RegExp(`must be a mapping of keys, got ${seen}$`)),
);

test("a wrong loss is not called given twice, and one of weight 0 alone is an error", () => {
  expect(message({ data, loss: [{ infonce: 1 }] })).not.toContain("twice");
  expect(message({ data, loss: [{ infoNce: 1, uniformity: 1 }] })).not.toContain("twice");
  expect(message({ data, loss: [{ infoNce: 0 }] })).toContain("no weight but 0");
  parseTrainConfig({ data, loss: [{ infoNce: 1 }, { uniformity: 0 }] });
});

test("a metric that no evaluation will have is an error before the first step", () => {
  const sets = { ...data, evaluate: { inDomain: { path: "held-out" } } };
  const wrong = { checkpoint: { top: 2, metric: "inDomain.textToImage.r11" } };
  const text = message({ data: sets, ...wrong });
  expect(text).toContain("got inDomain.textToImage.r11\n  → at checkpoint.metric");
  expect(text).toContain("inDomain of data.evaluate, a dot and one of textToImage.r1, ");
  const outside = { patience: 1, metric: "outOfDomain.textToImage.r10" };
  expect(message({ data: sets, earlyStopping: outside })).toContain("must be inDomain of");
  expect(message({ data, earlyStopping: { patience: 1 } })).toContain("data.evaluate names no set");
  parseTrainConfig({ data, checkpoint: { metric: "outOfDomain.alignment" } }); // not asked for: top is 0
});

test("settings lists every key that a resolved configuration has, with its default", () => {
  const known = new Map(settings().map((setting) => [setting.path, setting]));
  const leaves = (value: unknown, at: string): [string, unknown][] =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !known.has(at)
      ? Object.entries(value).flatMap(([key, each]) => leaves(each, at ? `${at}.${key}` : key))
      : [[at, value]];
  for (const [path, value] of leaves(parseTrainConfig({ data }), "")) {
    if (path === "data.train") continue;
    expect(known.get(path)?.default, path).toBe(JSON.stringify(value));
  }
  expect(known.get("loss[].ntXent.crop")).toMatchObject({ takes: "two numbers" });
  expect(known.get("data.train[].shots")).toMatchObject({ takes: "a whole number ≥ 1" });
  expect(known.get("mode.image")).toMatchObject({ takes: "lora | full | frozen" });
});
