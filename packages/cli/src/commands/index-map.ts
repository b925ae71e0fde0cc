import { command } from "../command.js";
import { engineArg, indexDirArg } from "../shared-args.js";

export const indexMap = command({
  name: "map",
  description: "Lay an index's pictures out in two dimensions, for the map page",
  examples: ["cliptune index map my-index"],
  args: {
    ...indexDirArg,
    ...engineArg,
  },
  async run(args) {
    const { runIndexMap } = await import("../actions/run-index-map.js");
    return runIndexMap({ indexDir: args.index, engine: args.engine });
  },
});
