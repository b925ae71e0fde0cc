import { numberFlag } from "./number-flag.js";

export const strengthsArg = {
  at: {
    type: "string",
    default: "0,0.25,0.5,0.75,1,1.25,1.5,1.75,2",
    valueHint: "numbers",
    description: "multipliers of the adapter's effect: 0 is the base model, 1 what was trained",
  },
} as const;

/** The numbers of --at. @throws UsageError for what is none, or negative */
export const strengthsFlag = (at: string): number[] =>
  at.split(",").map((text) => numberFlag(text, "--at", { least: 0 }));
