import { command } from "../command.js";
import { dataDirArg, engineArg } from "../shared-args.js";

export const train = command({
  name: "train",
  description: "Fine-tune on your pairs, as a config file says; Ctrl-C saves, --resume goes on",
  examples: [
    "cliptune train my.yaml --out runs/first",
    "cliptune train my.yaml --out runs/first --resume",
  ],
  args: {
    config: {
      type: "positional",
      required: true,
      description:
        "YAML or JSON file; cliptune settings lists its keys, an unknown one is an error",
    },
    out: { type: "string", required: true, valueHint: "dir", description: "run directory" },
    resume: { type: "boolean", description: "go on from the newest checkpoint in --out" },
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { runTraining } = await import("../actions/run-training.js");
    return runTraining({
      config: args.config,
      outDir: args.out,
      resume: args.resume === true,
      engine: args.engine,
      dataDir: args["data-dir"],
    });
  },
});
