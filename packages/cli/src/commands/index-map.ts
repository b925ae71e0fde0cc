import { command } from "../command.js";
import { defaultIndexDir, engineArg } from "../shared-args.js";

export const indexMap = command({
  name: "map",
  description: "Lay an index's pictures out in two dimensions, for the map page",
  examples: ["cliptune index map my-index"],
  args: {
    index: {
      type: "positional",
      required: false,
      default: defaultIndexDir,
      description: "index directory",
    },
    ...engineArg,
  },
  async run(args) {
    const { runIndexMap } = await import("../actions/run-index-map.js");
    return runIndexMap({ indexDir: args.index, engine: args.engine });
  },
});
