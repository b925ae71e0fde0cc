import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { engineArg, indexDirArgs, indexDirOf } from "../shared-args.js";
import { UsageError } from "../usage-error.js";

const formats = ["clip-retrieval", "npy", "parquet"] as const;
const precisions = ["float32", "float16"] as const;

export const indexExport = command({
  name: "export",
  description: "Write an index's vectors and items as clip-retrieval, NumPy or parquet reads them",
  examples: [
    "cliptune index export --index my-index --format clip-retrieval --out embeddings",
    "cliptune index export --index my-index --format npy --dtype float16 --out vectors",
  ],
  args: {
    ...indexDirArgs,
    format: {
      type: "string",
      required: true,
      valueHint: "name",
      description: `what to write: ${formats.join(", ")}`,
    },
    out: { type: "string", required: true, valueHint: "dir", description: "a new or empty folder" },
    dtype: {
      type: "string",
      default: "float32",
      valueHint: "name",
      description: "numbers in .npy files: float32 or float16",
    },
    texts: {
      type: "boolean",
      description: "encode the titles too, as clip-retrieval's text_emb",
    },
    "shard-rows": {
      type: "string",
      default: "1000000",
      valueHint: "number",
      description: "rows in a part, for clip-retrieval",
    },
    ...engineArg,
  },
  async run(args) {
    const { runIndexExport } = await import("../actions/run-index-export.js");
    const format = oneOf("--format", args.format, formats);
    if (args.texts === true && format !== "clip-retrieval") {
      throw new UsageError("--texts is for --format clip-retrieval, which has a place for them");
    }
    return runIndexExport({
      indexDir: indexDirOf(args),
      outDir: args.out,
      texts: args.texts === true,
      precision: oneOf("--dtype", args.dtype, precisions),
      shardRows: numberFlag(args["shard-rows"], "--shard-rows", { least: 1, whole: true }),
      format,
      engine: args.engine,
    });
  },
});

function oneOf<const T extends string>(flag: string, value: string, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw new UsageError(`unknown ${flag} ${value}: it is ${known.join(" or ")}`);
}
