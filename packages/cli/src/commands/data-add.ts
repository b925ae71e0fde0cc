import { command } from "../command.js";
import { dataDirArg } from "../shared-args.js";

export const dataAdd = command({
  name: "add",
  description: "Write a bundled set (signs, noto, openmoji) as a folder of pictures with titles",
  examples: ["cliptune data add signs", "cliptune data add openmoji --out ./openmoji"],
  args: {
    set: { type: "positional", required: true, description: "signs, noto or openmoji" },
    out: { type: "string", valueHint: "dir", description: "folder; DATA-DIR/SET unless given" },
    ...dataDirArg,
  },
  async run(args) {
    const { addData } = await import("../actions/add-data.js");
    return addData({ set: args.set, out: args.out, dataDir: args["data-dir"] });
  },
});
