import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { parseCondition } from "../parse-condition.js";
import { repeatedFlag } from "../repeated-flag.js";
import { engineArg, indexArg } from "../shared-args.js";
import { UsageError } from "../usage-error.js";

export const search = command({
  name: "search",
  description: "Find the pictures that fit texts, pictures, or both",
  examples: [
    'cliptune search "no bicycles" -k 5 --index my-index',
    `cliptune search '"red sign" - "speed limit" + 0.5*./x.jpg' --where "year>=1998" --group`,
  ],
  args: {
    text: {
      type: "positional",
      required: false,
      description: "what to look for, in quotes; parts with + and -, weights as 0.5*, id:ID",
    },
    image: {
      type: "string",
      valueHint: "file",
      description: "look for pictures like this one (may be repeated)",
    },
    minus: {
      type: "string",
      valueHint: "text",
      description: "what not to find (may be repeated)",
    },
    where: {
      type: "string",
      valueHint: "condition",
      description: 'only items whose field fits: "year>=1998", "kind=stop" (may be repeated)',
    },
    hybrid: { type: "boolean", description: "order by the words of the titles as well" },
    group: { type: "boolean", description: "show near-duplicates once" },
    diversity: {
      type: "string",
      valueHint: "number",
      description: "0 (by relevance alone) to 1 (as different as can be)",
    },
    count: {
      type: "string",
      alias: "k",
      default: "10",
      valueHint: "number",
      description: "how many to show",
    },
    cursor: { type: "string", valueHint: "text", description: "the page that follows" },
    ...indexArg,
    model: { type: "string", valueHint: "dir", description: "where the index's model is now" },
    adapter: { type: "string", valueHint: "dir", description: "where its adapter is now" },
    ...engineArg,
  },
  async run(args, rawArgs) {
    const images = repeatedFlag(rawArgs, "image");
    if (args.text === undefined && images.length === 0) {
      throw new UsageError("missing <text> (what to look for) or --image");
    }
    const { runSearch } = await import("../actions/run-search.js");
    return runSearch({
      text: args.text ?? "",
      images,
      minus: repeatedFlag(rawArgs, "minus"),
      options: {
        k: numberFlag(args.count, "-k", { least: 1, most: 10_000, whole: true }),
        filter: repeatedFlag(rawArgs, "where").map(parseCondition),
        hybrid: args.hybrid === true,
        group: args.group === true,
        ...(args.diversity === undefined
          ? {}
          : { diversity: numberFlag(args.diversity, "--diversity", { least: 0, most: 1 }) }),
        ...(args.cursor === undefined ? {} : { cursor: args.cursor }),
      },
      indexDir: args.index,
      model: args.model,
      adapter: args.adapter,
      engine: args.engine,
    });
  },
});
