import { createEngine, serveThread } from "@cliptune/engine";
import {
  loadTrainModel,
  type Summary,
  type TrainConfig,
  type TrainEvent,
  train,
} from "@cliptune/trainer";
import type { EngineChoice } from "./engine-choice.js";

export interface TrainingWork {
  /** With the model's directory. */
  readonly config: TrainConfig;
  readonly engine: EngineChoice;
  readonly outDir: string;
  readonly resume: boolean;
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainEvent) => void;
}

const calls = {
  async train({ config, engine: { name, options }, ...work }: TrainingWork): Promise<Summary> {
    const model = await loadTrainModel(config);
    const engine = await createEngine(name, options);
    try {
      return await train(config, { ...work, engine, model });
    } finally {
      await engine.dispose();
    }
  },
};
export type TrainingCalls = typeof calls;
console.log = console.error; // libraries' chatter: stdout is the answer's
console.info = console.error;
serveThread(calls);
