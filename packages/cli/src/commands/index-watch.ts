import { command } from "../command.js";
import { indexUpdateArgs } from "../shared-args.js";
import { memoryLimit } from "../store-choice.js";

export const indexWatch = command({
  name: "watch",
  description: "Keep an index as its folder is: update it after each change, until Ctrl-C",
  examples: ["cliptune index watch ./thumbnails --index my-index"],
  args: {
    ...indexUpdateArgs,
  },
  async run(args) {
    const { dataChoice } = await import("../actions/open-data.js");
    const { runIndexWatch } = await import("../actions/run-index-watch.js");
    return runIndexWatch({
      data: dataChoice(args),
      indexDir: args.index,
      model: args.model,
      adapter: args.adapter,
      ...memoryLimit(args),
      engine: args.engine,
    });
  },
});
