import { command } from "../command.js";

export const pull = command({
  name: "pull",
  description:
    "Fetch a CLIP model or a data set from the Hugging Face hub into its cache ($HF_HOME), resumed and checked",
  examples: [
    "cliptune pull openai/clip-vit-base-patch32",
    "cliptune pull hf://datasets/somebody/pictures",
  ],
  args: {
    name: {
      type: "positional",
      required: true,
      description:
        "owner/name[@revision] of a model, or hf://datasets/owner/name[@revision][/path]",
    },
  },
  async run(args) {
    const { pull } = await import("../actions/pull.js");
    return pull(args.name);
  },
});
