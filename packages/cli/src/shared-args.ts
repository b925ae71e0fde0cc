import { UsageError } from "./usage-error.js";

/** Flags that several commands have, so that they mean the same in each. */
export const engineArg = {
  engine: {
    type: "string",
    default: "auto",
    valueHint: "name",
    description:
      "where to compute: auto, onnx-cpu, onnx-webgpu, onnx-cuda, xla, tfjs-node-gpu, tfjs-node, wasm or cpu",
  },
  "pjrt-plugin": {
    type: "string",
    valueHint: "file",
    description:
      "engine xla: the plugin, such as xla_cuda_plugin.so; python3's packages are searched unless given",
  },
  precision: {
    type: "string",
    valueHint: "name",
    description: "engine xla: of matrix products, float32, tf32 (default) or bf16",
  },
} as const;

export const modelArgs = {
  model: {
    type: "string",
    valueHint: "name",
    description:
      'model directory, or a name on the hub (openai/clip-vit-base-patch32); "tiny", the embedded one, unless given',
  },
  adapter: { type: "string", valueHint: "dir", description: "PEFT adapter directory" },
  strength: {
    type: "string",
    valueHint: "number",
    description: "multiplier of the adapter's effect: 0 is the base model, 1 what was trained",
  },
} as const;

export const runArg = {
  run: {
    type: "string",
    valueHint: "dir",
    description: "run directory: its model and its best adapter, in place of --model and --adapter",
  },
} as const;

export const dataDirArg = {
  "data-dir": {
    type: "string",
    default: ".cliptune/data",
    valueHint: "dir",
    description: "where the bundled sets are written",
  },
} as const;

export const defaultIndexDir = ".cliptune/index";

export const indexArg = {
  index: {
    type: "string",
    default: defaultIndexDir,
    valueHint: "dir",
    description: "index directory",
  },
} as const;

/** For a command that has nothing else to be told: its only word names the index as well. */
export const indexDirArgs = {
  dir: { type: "positional", required: false, description: "index directory, in place of --index" },
  ...indexArg,
} as const;

/** @throws UsageError when two are named */
export function indexDirOf({ dir, index }: { dir?: string | undefined; index: string }): string {
  if (dir === undefined || index === defaultIndexDir || dir === index) return dir ?? index;
  throw new UsageError(`two indexes are named, ${dir} and --index ${index}: leave one out`);
}

/** Where the pairs are, for every command that reads some. */
export const dataArgs = {
  data: {
    type: "positional",
    required: true,
    description:
      "data set of any kind (folder, .csv, .jsonl, .tar, .parquet, yt-dlp, hf://datasets/…), or a bundled set's name",
  },
  kind: {
    type: "string",
    valueHint: "name",
    description: "how to read the data, where that could be told in several ways",
  },
  "image-column": {
    type: "string",
    valueHint: "name",
    description: "a table's column of pictures, unless its name is a usual one",
  },
  "caption-column": {
    type: "string",
    valueHint: "name",
    description: "a table's column of captions, unless its name is a usual one",
  },
} as const;

export const splitArg = {
  split: { type: "string", valueHint: "name", description: 'only pairs whose "split" is this' },
} as const;

export const strictArg = {
  strict: { type: "boolean", description: "stop at the first picture that cannot be read" },
} as const;

const memoryArg = {
  memory: {
    type: "string",
    valueHint: "gigabytes",
    description: "what the index may take, checked before it is made; what is free unless given",
  },
} as const;

/** Where an index's vectors are, for the commands that write all of them. */
export const storeArgs = {
  store: {
    type: "string",
    valueHint: "name",
    description:
      "what answers searches: exact, hnsw (a graph in memory) or lancedb (on disk or object storage)",
  },
  vectors: {
    type: "string",
    valueHint: "uri",
    description:
      "where lancedb keeps the vectors, such as s3://bucket/folder; in the index unless given",
  },
  ...memoryArg,
} as const;

/** For a command that keeps an index as its data is, with the model that made it. */
export const indexUpdateArgs = {
  ...dataArgs,
  index: {
    type: "string",
    default: defaultIndexDir,
    valueHint: "dir",
    description: "index directory; changed only when an update is done",
  },
  ...splitArg,
  model: { type: "string", valueHint: "dir", description: "where the index's model is now" },
  adapter: { type: "string", valueHint: "dir", description: "where its adapter is now" },
  ...memoryArg,
  ...engineArg,
  ...dataDirArg,
} as const;
