import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";

export const params = command({
  name: "params",
  description: "Count the parameters that LoRA trains, without running anything",
  examples: [
    "cliptune params --preset clip-vit-base-patch32 --rank 64 --targets 'text_model.*(?:q_proj|v_proj)$'",
    "cliptune params --model tiny --rank 16 --targets q_proj,k_proj,v_proj,out_proj",
  ],
  args: {
    preset: {
      type: "string",
      valueHint: "name",
      description:
        "tiny, clip-vit-base-patch32, clip-vit-base-patch16 or clip-vit-large-patch14, in place of --model",
    },
    model: { type: "string", valueHint: "dir", description: 'model directory, or "tiny"' },
    rank: { type: "string", default: "16", valueHint: "number", description: "rank of LoRA" },
    targets: {
      type: "string",
      default: "q_proj,k_proj,v_proj,out_proj",
      valueHint: "expr",
      description: "names with commas (suffixes), or a regular expression over whole module paths",
    },
  },
  async run(args) {
    const { countParams } = await import("../actions/count-params.js");
    return countParams({
      preset: args.preset,
      model: args.model,
      rank: numberFlag(args.rank, "--rank", { least: 1, whole: true }),
      targets: args.targets,
    });
  },
});
