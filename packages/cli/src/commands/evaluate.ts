import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import { dataDirArg, engineArg, modelArgs, runArg } from "../shared-args.js";

export const evaluate = command({
  name: "evaluate",
  description:
    "Retrieval both ways, zero-shot accuracy, and the space's geometry, against the base",
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
    templates: {
      type: "string",
      default: "{}",
      valueHint: "texts",
      description: 'prompts of labelled classes, apart by |: "a photo of a {}.|a drawing of a {}."',
    },
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
      templates: args.templates.split("|"),
      engine: args.engine,
      dataDir: args["data-dir"],
    });
  },
});
