import { command } from "../command.js";
import { modelChoice } from "../model-choice.js";
import { defaultIndexDir, engineArg, modelArgs, runArg, storeArgs } from "../shared-args.js";
import { storeChoice } from "../store-choice.js";

export const indexImport = command({
  name: "import",
  description: "Make an index of embeddings that clip-retrieval, or an export, wrote",
  examples: [
    "cliptune index import embeddings --model openai/clip-vit-base-patch32 --out my-index",
  ],
  args: {
    embeddings: {
      type: "positional",
      required: true,
      description: "folder with img_emb/ and metadata/, or one that cliptune index export wrote",
    },
    out: {
      type: "string",
      default: defaultIndexDir,
      valueHint: "dir",
      description: "index directory; replaced only when the new index is whole",
    },
    ...storeArgs,
    ...modelArgs,
    model: {
      ...modelArgs.model,
      description:
        "the model that made the embeddings; without it, only vectors can search the index",
    },
    ...runArg,
    ...engineArg,
  },
  async run(args) {
    const { runIndexImport } = await import("../actions/run-index-import.js");
    return runIndexImport({
      from: args.embeddings,
      outDir: args.out,
      choice: modelChoice(args),
      store: storeChoice(args),
      engine: args.engine,
    });
  },
});
