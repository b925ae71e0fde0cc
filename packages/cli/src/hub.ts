import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { cachedModel, type HubOptions, type Pulled, pullDataSet, pullModel } from "@cliptune/hub";
import { environment } from "./environment.js";
import { interruptible } from "./interrupt.js";
import { createProgress } from "./progress.js";
import { readToken } from "./read-token.js";

/** Where Hugging Face's libraries keep what they fetched: `$HF_HUB_CACHE`, or `$HF_HOME/hub`. */
function hubCacheDir(): string {
  return resolve(environment.hubCache ?? join(hubHome(), "hub"));
}

const hubHome = (): string => environment.hubHome ?? join(homedir(), ".cache", "huggingface");

/** A model of the hub, brought into the cache with its progress on stderr. */
export function fetchModel(name: string): Promise<Pulled> {
  return withProgress((options) => pullModel(name, options));
}

/** The directory of a model of the hub: the cache's, without asking anybody, or fetched now. */
export async function hubModel(name: string): Promise<string> {
  return (await cachedModel(name, hubCacheDir())) ?? (await fetchModel(name)).dir;
}

/** The folder of an `hf://datasets/…` address, fetched as far as it is not in the cache. */
export async function hubData(address: string): Promise<string> {
  return (await withProgress((options) => pullDataSet(address, options))).dir;
}

async function withProgress(pull: (options: HubOptions) => Promise<Pulled>): Promise<Pulled> {
  const progress = createProgress({ label: "pull" });
  const token = environment.hubToken ?? (await readToken(join(hubHome(), "token")));
  return interruptible("Stopping; what has come is kept.", (signal) =>
    pull({
      cacheDir: hubCacheDir(),
      endpoint: environment.hubEndpoint,
      token,
      offline: environment.hubOffline,
      signal,
      onProgress: ({ file, done, total }) =>
        progress.update(Math.round(done / 1e6), Math.round(total / 1e6), `MB · ${file}`),
    }),
  ).finally(() => progress.stop());
}
