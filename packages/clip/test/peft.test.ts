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
  pissaStart,
  readSafetensors,
  saveAdapter,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import { createEngine, type Tensors } from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
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

test("the exact start of PiSSA is the whole decomposition's, for wide layers and for high ones", () => {
  const lora = { rank: 3, alpha: 6, dropout: 0, targets: ["fc1", "fc2"] };
  const start = pissaStart({ config, weights }, lora, 0, true);
  for (const layer of ["fc1", "fc2"]) {
    const path = `text_model.encoder.layers.0.mlp.${layer}`;
    const plain = (name: string): Matrix => {
      const { shape, data } = { ...weights, ...start }[name]!;
      return Matrix.from1DArray(shape[0]!, shape[1]!, [...data]);
    };
    const svd = new SingularValueDecomposition(plain(`${path}.weight`), { autoTranspose: true });
    const cut = (of: Matrix): Matrix => of.subMatrix(0, of.rows - 1, 0, 2);
    const best = cut(svd.leftSingularVectors)
      .mmul(Matrix.diag(svd.diagonal.slice(0, 3)))
      .mmul(cut(svd.rightSingularVectors).transpose());
    const own = plain(`${path}.lora_B.weight`)
      .mmul(plain(`${path}.lora_A.weight`))
      .mul(2);
    expect(Matrix.sub(own, best).norm() / best.norm()).toBeLessThan(1e-6);
  }
});

test("PiSSA as it is trained needs the base's weights", async () => {
  await expect(loadAdapter(join(peft, "pissa"), { config })).rejects.toThrow(
    /pissa is a PiSSA adapter for a changed base; reading it needs the model's weights/,
  );
});
