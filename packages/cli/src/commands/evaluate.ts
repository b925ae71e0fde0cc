import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import { dataDirArg, engineArg, modelArgs, runArg, splitArg } from "../shared-args.js";
import { UsageError } from "../usage-error.js";

export const evaluate = command({
  name: "evaluate",
  description:
    "Retrieval both ways, zero-shot accuracy, and the space's geometry, against the base",
  examples: [
    "cliptune evaluate ./thumbnails --run runs/first",
    "cliptune evaluate --suite all --run runs/first",
    "cliptune evaluate signs --split test --adapter runs/first/best --strength 0.7",
  ],
  args: {
    data: {
      type: "positional",
      required: false,
      description: "data set of any kind, or a bundled set's name; none with --suite",
    },
    suite: {
      type: "string",
      valueHint: "names",
      description: "the bundled benchmark, all of it or S1,S2,S3,S4,S7; {fold} in --run: five runs",
    },
    ...splitArg,
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
    if (args.suite !== undefined) {
      if (args.data !== undefined)
        throw new UsageError("--suite brings its own data: give no other");
      const { runSuites } = await import("../actions/run-suites.js");
      return runSuites({
        suites: args.suite,
        choice: modelChoice(args),
        engine: args.engine,
        dataDir: args["data-dir"],
      });
    }
    if (args.data === undefined) throw new UsageError("missing DATA, or --suite all");
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
