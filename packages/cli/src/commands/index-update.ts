import { command } from "../command.js";
import { indexUpdateArgs, strictArg } from "../shared-args.js";
import { memoryLimit } from "../store-choice.js";

export const indexUpdate = command({
  name: "update",
  description: "Make an index hold what a folder holds now, encoding only what is new or changed",
  examples: ["cliptune index update ./thumbnails --index my-index"],
  args: {
    ...indexUpdateArgs,
    ...strictArg,
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
      ...memoryLimit(args),
      engine: args.engine,
    });
  },
});
