import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { dataArgs, dataDirArg } from "../shared-args.js";

const share = { least: 0, most: 0.9 };

export const dataSplit = command({
  name: "split",
  description:
    "Deal a data set into train and test without leaks: look-alikes, equal titles and groups stay together",
  examples: [
    "cliptune data split ./videos --by channel --out ./videos-split",
    "cliptune data split pairs.csv --test 0.2 --validation 0.1 --seed 1 --out ./split",
  ],
  args: {
    ...dataArgs,
    out: {
      type: "string",
      required: true,
      valueHint: "dir",
      description: "folder for metadata.jsonl, which refers to the pictures where they are",
    },
    by: {
      type: "string",
      valueHint: "field",
      description: "pairs with equal values stay together: channel, label, …",
    },
    test: {
      type: "string",
      default: "0.1",
      valueHint: "share",
      description: "share of the pictures held out",
    },
    validation: {
      type: "string",
      default: "0",
      valueHint: "share",
      description: "a second share held out",
    },
    seed: {
      type: "string",
      default: "0",
      valueHint: "number",
      description: "another seed deals differently",
    },
    ...dataDirArg,
  },
  async run(args) {
    const { dataChoice } = await import("../actions/open-data.js");
    const { splitData } = await import("../actions/split-data.js");
    return splitData({
      choice: dataChoice(args),
      outDir: args.out,
      by: args.by,
      test: numberFlag(args.test, "--test", share),
      validation: numberFlag(args.validation, "--validation", share),
      seed: numberFlag(args.seed, "--seed", { least: 0, whole: true }),
    });
  },
});
