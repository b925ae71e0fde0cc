import { command } from "../command.js";

export const doctor = command({
  name: "doctor",
  description: "What this machine can do: versions, engines, and how fast each multiplies matrices",
  examples: ["cliptune doctor"],
  args: {},
  async run() {
    const { examine } = await import("../actions/examine.js");
    return examine();
  },
});
