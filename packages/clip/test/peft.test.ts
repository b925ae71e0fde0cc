import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Adapter,
  adapterScales,
  imageTower,
  loadAdapter,
  mergeAdapter,
  type Network,
  readSafetensors,
  saveAdapter,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import { createEngine, type Tensors } from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataOf, largestDifference, loadGolden, specsOf } from "./golden.js";

/** Adapters that PEFT saved and the embeddings that it computed with them; `make_adapters.py` there made both. */
const peft = fileURLToPath(new URL("fixtures/peft/", import.meta.url));
const names = readdirSync(peft, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const expected = (await readSafetensors(join(peft, "embeddings.safetensors"))).tensors;
const { config, weights, batch } = await loadGolden();
const engine = await createEngine("auto");

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "clip-peft-"));
});
afterAll(async () => {
  await engine.dispose();
  await rm(dir, { recursive: true });
});

function forward(net: Network, inputs: Tensors) {
  const image_embeds = unitNorm(imageTower(net, inputs["pixels"] as tf.Tensor4D));
  const text = textTower(
    net,
    inputs["ids"] as tf.Tensor2D,
    inputs["ends"] as tf.Tensor1D,
    inputs["mask"],
  );
  return { image_embeds, text_embeds: unitNorm(text) };
}

/** Embeddings of the golden batch with an adapter beside the base, or with other weights. */
async function embed(adapter: Adapter | undefined, own = weights) {
  const program = await engine.compile({
    name: "forward",
    constants: engine.constants({ ...own, ...adapter?.weights }),
    inputs: specsOf(batch),
    run: ({ constants: params, inputs }) => {
      const lora = adapter && { params, scales: adapterScales(config, adapter.config) };
      return { outputs: forward({ config, params, ...(lora && { lora }) }, inputs) };
    },
  });
  const found = await program.step(dataOf(batch));
  await program.dispose();
  return found;
}

test("there is a fixture of each kind", () => {
  expect(names).toHaveLength(11);
});

describe.each(names)("PEFT's %s", (name) => {
  const largest = async (adapter: Adapter | undefined, own = weights) => {
    const found = await embed(adapter, own);
    return Math.max(
      ...["image_embeds", "text_embeds"].map((key) => {
        const { data } = expected[`${name}.${key}`]!; // the first rows of the batch
        return largestDifference(found[key]!.data.subarray(0, data.length), data);
      }),
    );
  };

  test("gives PEFT's embeddings, beside the model and merged into it", async () => {
    const adapter = await loadAdapter(join(peft, name), { config, weights });
    expect(await largest(undefined)).toBeGreaterThan(3e-3); // the base alone is not it
    expect(await largest(adapter)).toBeLessThan(2e-5);
    expect(await largest(undefined, mergeAdapter(weights, adapter))).toBeLessThan(2e-5);
  });

  test("is written again with the same tensors under PEFT's names", async () => {
    const adapter = await loadAdapter(join(peft, name), { config, weights });
    const out = join(dir, name);
    await saveAdapter(out, adapter);
    expect(await largest(await loadAdapter(out, { config }))).toBeLessThan(2e-5);
    if (name === "pissa") return; // as plain LoRA of twice the rank
    const file = "adapter_model.safetensors";
    const [ours, theirs] = await Promise.all(
      [out, join(peft, name)].map((each) => readSafetensors(join(each, file))),
    );
    expect(ours!.tensors).toEqual(theirs!.tensors);
  });
});

test("PiSSA as it is trained needs the base's weights", async () => {
  await expect(loadAdapter(join(peft, "pissa"), { config })).rejects.toThrow(
    /pissa is a PiSSA adapter for a changed base; reading it needs the model's weights/,
  );
});
