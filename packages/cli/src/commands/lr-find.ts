import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { dataDirArg, engineArg } from "../shared-args.js";

export const lrFind = command({
  name: "lr-find",
  description: "Train a little while the learning rate grows, and say which one to take",
  examples: [
    "cliptune lr-find my.yaml --out lr",
    "cliptune lr-find my.yaml --out lr --from 1e-5 --to 0.1 --steps 60",
  ],
  args: {
    config: {
      type: "positional",
      required: true,
      description: "training configuration, YAML or JSON; what is trained is thrown away",
    },
    out: {
      type: "string",
      required: true,
      valueHint: "dir",
      description: "directory for lr-find.csv, .json, .svg and .png; written at the end",
    },
    from: { type: "string", default: "1e-6", valueHint: "rate", description: "first rate" },
    to: { type: "string", default: "1", valueHint: "rate", description: "last rate" },
    steps: { type: "string", default: "100", valueHint: "n", description: "steps, 10 or more" },
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { runRateSweep } = await import("../actions/run-rate-sweep.js");
    return runRateSweep({
      config: args.config,
      outDir: args.out,
      from: numberFlag(args.from, "--from"),
      to: numberFlag(args.to, "--to"),
      steps: numberFlag(args.steps, "--steps", { least: 10, whole: true }),
      engine: args.engine,
      dataDir: args["data-dir"],
    });
  },
});
