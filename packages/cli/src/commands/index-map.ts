import { command } from "../command.js";
import { engineArg, indexDirArgs, indexDirOf } from "../shared-args.js";

export const indexMap = command({
  name: "map",
  description: "Lay an index's pictures out in two dimensions, for the map page",
  examples: ["cliptune index map --index my-index"],
  args: {
    ...indexDirArgs,
    ...engineArg,
  },
  async run(args) {
    const { runIndexMap } = await import("../actions/run-index-map.js");
    return runIndexMap({ indexDir: indexDirOf(args), engine: args.engine });
  },
});
