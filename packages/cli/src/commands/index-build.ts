import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import {
  dataArgs,
  dataDirArg,
  defaultIndexDir,
  engineArg,
  modelArgs,
  runArg,
  splitArg,
  storeArgs,
  strictArg,
} from "../shared-args.js";
import { storeChoice } from "../store-choice.js";

export const indexBuild = command({
  name: "build",
  description: "Encode a folder of pictures and write the index that search and serve read",
  examples: [
    "cliptune index build ./thumbnails --run runs/first --out my-index",
    "cliptune index build signs",
    "cliptune index build ./thumbnails --store lancedb --vectors s3://bucket/thumbnails",
  ],
  args: {
    ...dataArgs,
    out: {
      type: "string",
      default: defaultIndexDir,
      valueHint: "dir",
      description: "index directory; replaced only when the new index is whole",
    },
    ...splitArg,
    ...strictArg,
    ...storeArgs,
    ...modelArgs,
    ...runArg,
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { dataChoice } = await import("../actions/open-data.js");
    const { runIndexBuild } = await import("../actions/run-index-build.js");
    return runIndexBuild({
      data: dataChoice(args),
      outDir: args.out,
      strict: args.strict === true,
      choice: modelChoice(args),
      store: storeChoice(args),
      engine: args.engine,
    });
  },
});
