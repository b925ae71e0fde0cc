import { command } from "../command.js";
import { dataArgs, dataDirArg, defaultIndexDir, engineArg } from "../shared-args.js";

export const indexWatch = command({
  name: "watch",
  description: "Keep an index as its folder is: update it after each change, until Ctrl-C",
  examples: ["cliptune index watch ./thumbnails --index my-index"],
  args: {
    ...dataArgs,
    index: {
      type: "string",
      default: defaultIndexDir,
      valueHint: "dir",
      description: "index directory; changed only when an update is done",
    },
    split: { type: "string", valueHint: "name", description: 'only pairs whose "split" is this' },
    model: { type: "string", valueHint: "dir", description: "where the index's model is now" },
    adapter: { type: "string", valueHint: "dir", description: "where its adapter is now" },
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { dataChoice } = await import("../actions/open-data.js");
    const { runIndexWatch } = await import("../actions/run-index-watch.js");
    return runIndexWatch({
      data: dataChoice(args),
      indexDir: args.index,
      model: args.model,
      adapter: args.adapter,
      engine: args.engine,
    });
  },
});
