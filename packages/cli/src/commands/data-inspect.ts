import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { dataArgs, dataDirArg, modelArgs, splitArg } from "../shared-args.js";

export const dataInspect = command({
  name: "inspect",
  description:
    "What a data set holds: counts, sizes, broken pictures, look-alikes, caption lengths, languages; a contact sheet",
  examples: [
    "cliptune data inspect ./thumbnails",
    "cliptune data inspect shards/{00000..00099}.tar --limit 10000",
  ],
  args: {
    ...dataArgs,
    ...splitArg,
    limit: {
      type: "string",
      valueHint: "number",
      description: "only so many pairs from the beginning",
    },
    out: {
      type: "string",
      default: ".cliptune/inspect",
      valueHint: "dir",
      description: "where contact-sheet.jpg is written",
    },
    model: modelArgs.model,
    ...dataDirArg,
  },
  async run(args) {
    const { dataChoice } = await import("../actions/open-data.js");
    const { inspectData } = await import("../actions/inspect-data.js");
    return inspectData({
      choice: dataChoice(args),
      model: args.model,
      limit:
        args.limit === undefined
          ? undefined
          : numberFlag(args.limit, "--limit", { least: 1, whole: true }),
      outDir: args.out,
    });
  },
});
