import { command } from "../command.js";
import { dataArgs, dataDirArg, defaultIndexDir, engineArg } from "../shared-args.js";

export const indexUpdate = command({
  name: "update",
  description: "Make an index hold what a folder holds now, encoding only what is new or changed",
  examples: ["cliptune index update ./thumbnails --index my-index"],
  args: {
    ...dataArgs,
    index: {
      type: "string",
      default: defaultIndexDir,
      valueHint: "dir",
      description: "index directory; changed only when all is done",
    },
    split: { type: "string", valueHint: "name", description: 'only pairs whose "split" is this' },
    strict: { type: "boolean", description: "stop at the first picture that cannot be read" },
    model: { type: "string", valueHint: "dir", description: "where the index's model is now" },
    adapter: { type: "string", valueHint: "dir", description: "where its adapter is now" },
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { dataChoice } = await import("../actions/open-data.js");
    const { runIndexUpdate } = await import("../actions/run-index-update.js");
    return runIndexUpdate({
      data: dataChoice(args),
      indexDir: args.index,
      strict: args.strict === true,
      model: args.model,
      adapter: args.adapter,
      engine: args.engine,
    });
  },
});
