import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { defaultIndexDir, engineArg } from "../shared-args.js";

export const search = command({
  name: "search",
  description: "Find the pictures that fit a text",
  examples: ['cliptune search "no bicycles" -k 5 --index my-index'],
  args: {
    text: { type: "positional", required: true, description: "what to look for, in quotes" },
    count: {
      type: "string",
      alias: "k",
      default: "10",
      valueHint: "number",
      description: "how many to show",
    },
    index: {
      type: "string",
      default: defaultIndexDir,
      valueHint: "dir",
      description: "index directory",
    },
    model: { type: "string", valueHint: "dir", description: "where the index's model is now" },
    adapter: { type: "string", valueHint: "dir", description: "where its adapter is now" },
    ...engineArg,
  },
  async run(args) {
    const { runSearch } = await import("../actions/run-search.js");
    return runSearch({
      text: args.text,
      count: numberFlag(args.count, "-k", { least: 1, most: 10_000, whole: true }),
      indexDir: args.index,
      model: args.model,
      adapter: args.adapter,
      engine: args.engine,
    });
  },
});
