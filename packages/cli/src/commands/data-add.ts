import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { dataDirArg } from "../shared-args.js";

export const dataAdd = command({
  name: "add",
  description: "Write a bundled set (signs, noto, openmoji) as a folder of pictures with titles",
  examples: ["cliptune data add signs", "cliptune data add openmoji --out ./openmoji"],
  args: {
    set: { type: "positional", required: true, description: "signs, noto or openmoji" },
    out: { type: "string", valueHint: "dir", description: "folder; DATA-DIR/SET unless given" },
    fold: {
      type: "string",
      default: "0",
      valueHint: "0-4",
      description: "which fifth of the families is held out",
    },
    ...dataDirArg,
  },
  async run(args) {
    const fold = numberFlag(args.fold, "--fold", { least: 0, most: 4, whole: true });
    const { addData } = await import("../actions/add-data.js");
    return addData({ set: args.set, out: args.out, dataDir: args["data-dir"], fold });
  },
});
