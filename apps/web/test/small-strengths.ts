import { join } from "node:path";
import { createEncoder, initLora, loadAdapter, loadModel, saveAdapter } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { writeStrengths } from "@cliptune/index";

/** Puts strengths 0, 0.5, 1 and 2 of a drawn adapter beside an index, as `cliptune index strengths` does. */
export async function writeSmallStrengths(dir: string, modelDir: string): Promise<void> {
  const model = await loadModel(modelDir);
  const lora = { rank: 2, alpha: 4, dropout: 0, targets: ["q_proj", "fc1"] };
  const weights = initLora(model.config, lora, 0);
  // B is zero at first: such an adapter would change nothing.
  for (const { data } of Object.values(weights)) data.set(Array.from(data, (_, i) => Math.sin(i)));
  const path = join(dir, "adapter");
  await saveAdapter(path, { config: lora, weights }, { baseModel: modelDir });
  const engine = await createEngine("auto");
  const encoder = await createEncoder(engine, model, { adapter: await loadAdapter(path, model) });
  const recall = [0, 0.5, 1, 2].map((strength) => ({
    strength,
    sets: { inDomain: at(0.1 + 0.2 * strength), outOfDomain: at(0.6 - 0.2 * strength) },
  }));
  const { preprocessing } = model;
  const strengths = recall.map(({ strength }) => strength);
  await writeStrengths({
    ...{ dir, encoder, preprocessing, strengths, recall },
    model: { path: modelDir, adapter: path },
  });
  await encoder.dispose();
  await engine.dispose();
}

const at = (r10: number) => ({ r1: r10 / 4, r5: r10 / 2, r10 });
