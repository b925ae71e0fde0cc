import { command } from "../command.js";
import { dataDirArg, engineArg } from "../shared-args.js";

export const sweep = command({
  name: "sweep",
  description: "Train along the axes of a sweep file, each run a process; one table and its plots",
  examples: [
    "cliptune sweep experiments/2-rank.yaml --out sweeps/rank",
    "cliptune sweep experiments/2-rank.yaml --out sweeps/rank --dry-run",
  ],
  args: {
    file: { type: "positional", required: true, description: "sweep file, YAML or JSON" },
    out: {
      type: "string",
      required: true,
      valueHint: "dir",
      description: "sweep directory; what is done in it is kept, what was begun goes on",
    },
    "dry-run": { type: "boolean", description: "check every configuration and list the runs" },
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { runSweep } = await import("../actions/run-sweep.js");
    return runSweep({
      file: args.file,
      outDir: args.out,
      dryRun: args["dry-run"] === true,
      engine: args.engine,
      dataDir: args["data-dir"],
    });
  },
});
