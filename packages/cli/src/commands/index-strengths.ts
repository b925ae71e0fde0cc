import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { engineArg, indexDirArg } from "../shared-args.js";

export const indexStrengths = command({
  name: "strengths",
  description:
    "Encode an index's pictures at several strengths of a run's adapter, for the compare page",
  examples: [
    "cliptune index strengths my-index --run runs/first",
    "cliptune index strengths my-index --run runs/first --at 0,0.5,1",
  ],
  args: {
    ...indexDirArg,
    run: {
      type: "string",
      required: true,
      valueHint: "dir",
      description:
        "run directory: its model, its best adapter, and its strengths.json if there is one",
    },
    at: {
      type: "string",
      default: "0,0.25,0.5,0.75,1,1.25,1.5,1.75,2",
      valueHint: "numbers",
      description: "multipliers of the adapter's effect: 0 is the base model, 1 what was trained",
    },
    ...engineArg,
  },
  async run(args) {
    const { runIndexStrengths } = await import("../actions/run-index-strengths.js");
    const strengths = args.at.split(",").map((text) => numberFlag(text, "--at", { least: 0 }));
    return runIndexStrengths({
      indexDir: args.index,
      run: args.run,
      strengths,
      engine: args.engine,
    });
  },
});
