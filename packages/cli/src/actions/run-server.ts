import { resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import { readManifest } from "@cliptune/index";
import type { Answer } from "../command.js";

export interface ServeOptions {
  readonly indexDir: string;
  readonly runsDir: string | undefined;
  readonly port: number;
  /** An address of this machine. */
  readonly host: string;
}

/** What `@cliptune/web/start` offers; the page is an optional package, so its types are not at hand. */
interface PageModule {
  start(options: {
    readonly index: string;
    readonly runs?: string;
    readonly port: number;
    readonly host: string;
  }): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }>;
}

/** Serves the built page from this process until Ctrl-C. */
export async function runServer(options: ServeOptions): Promise<Answer> {
  const { indexDir, runsDir, port, host } = options;
  const index = resolve(indexDir);
  const { count } = await readManifest(index);
  const { start } = await findPage();
  const app = await start({
    index,
    ...(runsDir === undefined ? {} : { runs: resolve(runsDir) }),
    ...{ port, host },
  });
  const note = isLoopback(host)
    ? ""
    : "\nWhoever reaches this address can search and see every picture; nothing asks for a password.";
  return {
    json: { url: app.url, port: app.port, index, count },
    text: `Serving ${count} pictures on ${app.url} (Ctrl-C ends it)${note}`,
    async afterwards() {
      await new Promise<void>((stop) => {
        process.once("SIGINT", () => stop());
        process.once("SIGTERM", () => stop());
      });
      await app.close();
    },
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** The page is a package of its own, installed beside this one or not at all. */
async function findPage(): Promise<PageModule> {
  let place: string;
  try {
    place = import.meta.resolve("@cliptune/web/start");
  } catch {
    throw new UserError(
      "The search page is a package of its own, which is not installed; add it with: npm install @cliptune/web",
    );
  }
  return (await import(place)) as PageModule;
}
