import { command } from "../command.js";
import { numberFlag } from "../number-flag.js";
import { indexArg } from "../shared-args.js";

export const serve = command({
  name: "serve",
  description: "Serve the search page on this machine",
  examples: [
    "cliptune serve --index my-index --runs runs --port 3000",
    "cliptune serve --index my-index --host 0.0.0.0",
  ],
  args: {
    ...indexArg,
    runs: {
      type: "string",
      valueHint: "dir",
      description: "folder of run directories, for curves",
    },
    port: {
      type: "string",
      default: "3000",
      valueHint: "number",
      description: "port to listen on; 0 takes a free one",
    },
    host: {
      type: "string",
      default: "127.0.0.1",
      valueHint: "address",
      description: "address to listen on: unless given, only this machine can reach the page",
    },
  },
  async run(args) {
    const { runServer } = await import("../actions/run-server.js");
    return runServer({
      indexDir: args.index,
      runsDir: args.runs,
      host: args.host,
      port: numberFlag(args.port, "--port", { least: 0, most: 65_535, whole: true }),
    });
  },
});
