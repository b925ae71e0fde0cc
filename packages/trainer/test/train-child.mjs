// Trains in a process of its own, for tests that kill it. Prints a line for every event.
import { createEngine } from "@cliptune/engine";
import { loadTrainModel, parseTrainConfig, train } from "@cliptune/trainer";

const [config, outDir] = [parseTrainConfig(JSON.parse(process.argv[2])), process.argv[3]];
const engine = await createEngine("auto");
const model = await loadTrainModel(config);
const onEvent = (event) => console.log(`${event.type} ${event.step ?? ""}`);
await train(config, { outDir, engine, model, resume: true, onEvent });
