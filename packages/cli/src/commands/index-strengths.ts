import { command } from "../command.js";
import { engineArg, indexDirArgs, indexDirOf } from "../shared-args.js";
import { strengthsArg, strengthsFlag } from "../strengths-flag.js";

export const indexStrengths = command({
  name: "strengths",
  description:
    "Encode an index's pictures at several strengths of a run's adapter, for the compare page",
  examples: [
    "cliptune index strengths --index my-index --run runs/first",
    "cliptune index strengths --index my-index --run runs/first --at 0,0.5,1",
  ],
  args: {
    ...indexDirArgs,
    run: {
      type: "string",
      required: true,
      valueHint: "dir",
      description:
        "run directory: its model, its best adapter, and its strengths.json if there is one",
    },
    ...strengthsArg,
    ...engineArg,
  },
  async run(args) {
    const { runIndexStrengths } = await import("../actions/run-index-strengths.js");
    return runIndexStrengths({
      indexDir: indexDirOf(args),
      run: args.run,
      strengths: strengthsFlag(args.at),
      engine: args.engine,
    });
  },
});
