import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { engineArg } from "../shared-args.js";

export const adapterStrengths = command({
  name: "strengths",
  description: "Recall in and out of domain with the run's adapter at several strengths",
  examples: ["cliptune adapter strengths runs/first --at 0,0.5,1,1.5,2"],
  args: {
    run: { type: "positional", required: true, description: "run directory" },
    at: {
      type: "string",
      default: "0,0.25,0.5,0.75,1,1.25,1.5,1.75,2",
      valueHint: "numbers",
      description: "multipliers of the adapter's effect: 0 is the base model, 1 what was trained",
    },
    ...engineArg,
  },
  async run(args) {
    const { runStrengths } = await import("../actions/run-strengths.js");
    const strengths = args.at.split(",").map((text) => numberFlag(text, "--at", { least: 0 }));
    return runStrengths({ run: args.run, strengths, engine: args.engine });
  },
});
