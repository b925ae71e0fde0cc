import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import {
  defaultIndexDir,
  engineArg,
  modelArgs,
  runArg,
  storeArgs,
  strictArg,
} from "../shared-args.js";
import { storeChoice } from "../store-choice.js";

export const indexReindex = command({
  name: "reindex",
  description: "Encode an index's pictures anew with another model, beside the index in use",
  examples: ["cliptune index reindex --index my-index --run runs/second"],
  args: {
    index: {
      type: "string",
      default: defaultIndexDir,
      valueHint: "dir",
      description: "index directory; replaced only when the new index is whole",
    },
    ...strictArg,
    ...storeArgs,
    ...modelArgs,
    model: {
      ...modelArgs.model,
      description: "model directory or name; the index's own unless given",
    },
    ...runArg,
    ...engineArg,
  },
  async run(args) {
    const { runReindex } = await import("../actions/run-reindex.js");
    return runReindex({
      indexDir: args.index,
      strict: args.strict === true,
      choice: modelChoice(args),
      store: storeChoice(args),
      engine: args.engine,
    });
  },
});
