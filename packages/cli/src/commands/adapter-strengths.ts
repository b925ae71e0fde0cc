import { command } from "../command.js";
import { engineArg } from "../shared-args.js";
import { strengthsArg, strengthsFlag } from "../strengths-flag.js";

export const adapterStrengths = command({
  name: "strengths",
  description: "Recall in and out of domain with the run's adapter at several strengths",
  examples: ["cliptune adapter strengths runs/first --at 0,0.5,1,1.5,2"],
  args: {
    run: { type: "positional", required: true, description: "run directory" },
    ...strengthsArg,
    ...engineArg,
  },
  async run(args) {
    const { runStrengths } = await import("../actions/run-strengths.js");
    return runStrengths({ run: args.run, strengths: strengthsFlag(args.at), engine: args.engine });
  },
});
