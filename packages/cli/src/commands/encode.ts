import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import { engineArg, modelArgs } from "../shared-args.js";

export const encode = command({
  name: "encode",
  description: "Run the model on raw tensors, for comparison with other implementations",
  examples: ["cliptune encode --tensors in.safetensors --out out.safetensors --model ./clip"],
  args: {
    tensors: {
      type: "string",
      required: true,
      valueHint: "file",
      description: "safetensors: pixel_values [N,3,H,W], input_ids [M,L], attention_mask [M,L]",
    },
    out: {
      type: "string",
      required: true,
      valueHint: "file",
      description: "safetensors: image_embeds [N,D], text_embeds [M,D], logits_per_image [N,M]",
    },
    ...modelArgs,
    ...engineArg,
  },
  async run(args) {
    const { encodeTensors } = await import("../actions/encode-tensors.js");
    return encodeTensors({
      tensors: args.tensors,
      out: args.out,
      choice: modelChoice(args),
      engine: args.engine,
    });
  },
});
