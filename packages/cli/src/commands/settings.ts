import { command } from "../command.js";

export const settings = command({
  name: "settings",
  description: "Every key of a training configuration: what it takes, its default, what it does",
  examples: ["cliptune settings", "cliptune settings optimizer", "cliptune settings --json"],
  args: {
    word: { type: "positional", required: false, description: "only keys that have it in them" },
  },
  async run(args) {
    const { listSettings } = await import("../actions/list-settings.js");
    return listSettings(args.word);
  },
});
