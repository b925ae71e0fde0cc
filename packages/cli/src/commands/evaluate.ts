import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import { dataDirArg, engineArg, modelArgs, runArg } from "../shared-args.js";

export const evaluate = command({
  name: "evaluate",
  description: "Recall at 1, 5, 10 in both directions, alignment and uniformity, against the base",
  examples: [
    "cliptune evaluate ./thumbnails --run runs/first",
    "cliptune evaluate signs --split test --adapter runs/first/best --strength 0.7",
  ],
  args: {
    data: {
      type: "positional",
      required: true,
      description: "folder of pictures, or a bundled set's name",
    },
    split: { type: "string", valueHint: "name", description: 'only pairs whose "split" is this' },
    ...modelArgs,
    ...runArg,
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { runEvaluation } = await import("../actions/run-evaluation.js");
    return runEvaluation({
      data: args.data,
      split: args.split,
      choice: modelChoice(args),
      engine: args.engine,
      dataDir: args["data-dir"],
    });
  },
});
