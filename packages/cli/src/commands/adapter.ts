import { command, group } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { dataDirArg, engineArg, modelArgs, splitArg } from "../shared-args.js";
import { UsageError } from "../usage-error.js";
import { adapterStrengths } from "./adapter-strengths.js";

const outArg = {
  out: { type: "string", required: true, valueHint: "dir", description: "directory to write" },
} as const;

const adapterArg = {
  adapter: { type: "positional", required: true, description: "PEFT adapter directory" },
} as const;

const inspect = command({
  name: "inspect",
  description: "How much an adapter changes each layer: norm, relative norm, effective rank",
  examples: ["cliptune adapter inspect runs/first/best"],
  args: { ...adapterArg, model: modelArgs.model },
  async run(args) {
    const { inspectOne } = await import("../actions/adapter-files.js");
    return inspectOne({ adapter: args.adapter, model: args.model });
  },
});

const merge = command({
  name: "merge",
  description: "Put an adapter into its model's weights: a Hugging Face model directory",
  examples: ["cliptune adapter merge runs/first/best --out models/mine --strength 0.75"],
  args: { ...adapterArg, ...outArg, model: modelArgs.model, strength: modelArgs.strength },
  async run(args) {
    const { mergeOne } = await import("../actions/adapter-files.js");
    const strength = numberFlag(args.strength ?? "1", "--strength");
    return mergeOne({ adapter: args.adapter, model: args.model, out: args.out, strength });
  },
});

const scale = command({
  name: "scale",
  description: "The same adapter with its effect multiplied",
  examples: ["cliptune adapter scale runs/first/best --by 0.75 --out adapters/softer"],
  args: {
    ...adapterArg,
    ...outArg,
    model: modelArgs.model,
    by: { type: "string", required: true, valueHint: "number", description: "the factor" },
  },
  async run(args) {
    const { scaleOne } = await import("../actions/adapter-files.js");
    const factor = numberFlag(args.by, "--by");
    return scaleOne({ adapter: args.adapter, model: args.model, out: args.out, factor });
  },
});

const types = ["cat", "svd", "linear"] as const;

const add = command({
  name: "add",
  description: "A weighted sum of adapters of one model, as PEFT's add_weighted_adapter",
  examples: ["cliptune adapter add 'runs/signs/best,0.7 + runs/shop/best,0.5' --out adapters/both"],
  args: {
    sum: {
      type: "positional",
      required: true,
      description: "directories with weights, joined by +: 'runs/a/best,0.7 + runs/b/best,0.5'",
    },
    ...outArg,
    model: modelArgs.model,
    type: {
      type: "string",
      default: "cat",
      valueHint: "name",
      description: "cat (exact, ranks add up), svd (nearest of --rank), linear (factors mixed)",
    },
    rank: { type: "string", valueHint: "number", description: "with svd: rank of the result" },
  },
  async run(args) {
    const type = types.find((name) => name === args.type);
    if (!type) throw new UsageError(`--type must be ${types.join(", ")}, got ${args.type}`);
    const parts = args.sum.split(/\s+\+\s+/).map((part) => {
      const [, adapter = part, weight = "1"] = /^(.*),\s*([^,]*)$/.exec(part.trim()) ?? [];
      return { adapter, weight: numberFlag(weight, "a weight") };
    });
    const rank =
      args.rank === undefined
        ? {}
        : { rank: numberFlag(args.rank, "--rank", { least: 1, whole: true }) };
    const { addAll } = await import("../actions/adapter-files.js");
    return addAll({ parts, model: args.model, out: args.out, options: { type, ...rank } });
  },
});

const compare = command({
  name: "compare",
  description: "Drift: how many of each title's top 10 change from the base to the adapter",
  examples: ["cliptune adapter compare runs/first/best --data openmoji --split seen"],
  args: {
    ...adapterArg,
    with: { type: "string", valueHint: "dir", description: "another adapter, not the base" },
    data: {
      type: "string",
      required: true,
      valueHint: "folder",
      description: "folder of pictures, or a bundled set's name",
    },
    ...splitArg,
    model: modelArgs.model,
    ...engineArg,
    ...dataDirArg,
  },
  async run(args) {
    const { compareAdapters } = await import("../actions/compare-adapters.js");
    return compareAdapters({
      adapter: args.adapter,
      other: args.with,
      data: args.data,
      split: args.split,
      model: args.model,
      engine: args.engine,
      dataDir: args["data-dir"],
    });
  },
});

export const adapter = group({
  name: "adapter",
  description: "Look at a LoRA adapter, and make others of it",
  examples: [
    "cliptune adapter inspect runs/first/best",
    "cliptune adapter strengths runs/first --at 0,0.5,1,2",
  ],
  subCommands: { inspect, merge, scale, add, compare, strengths: adapterStrengths },
});
