import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { cachedPullRequests, cachedSnapshot } from "./cache.js";
import { endpointOf, type HubOptions, hubError, patientFetch } from "./connection.js";
import type { RemoteFile } from "./download.js";
import { type Listing, listRepository, notCached, type Pulled, pullFiles } from "./pull.js";
import { parseModelName, type Repository } from "./repository.js";

const small = new Set([
  "config.json",
  "preprocessor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "vocab.json",
  "merges.txt",
]);

const isWeights = (path: string): boolean =>
  /^model(-\d+-of-\d+)?\.safetensors$|^model\.safetensors\.index\.json$/.test(path);

/**
 * Brings a CLIP model into the cache: configuration, tokenizer and safetensors, nothing else of the repository. Where
 * the main branch has only pickled weights, the pull request of Hugging Face's conversion bot is taken, as transformers does.
 *
 * @param name "openai/clip-vit-base-patch32", with `@revision` or without
 * @throws UserError when the hub has no such model, gives no safetensors, or the model is no CLIP
 */
export async function pullModel(name: string, options: HubOptions): Promise<Pulled> {
  const repository = parseModelName(name);
  if (options.offline) {
    const dir = await cachedModel(name, options.cacheDir);
    if (dir === undefined) throw notCached(repository, options);
    return { dir, commit: dir.slice(-40), bytes: 0, files: [] };
  }
  const listing = await listRepository(repository, options);
  if (listing.files.some(({ path }) => isWeights(path)))
    return pullListed(repository, listing, options);
  const converted = await conversion(repository, options);
  if (converted) return pullListed(converted.repository, converted.listing, options);
  throw noSafetensors(repository, listing);
}

async function pullListed(
  repository: Repository,
  listing: Listing,
  options: HubOptions,
): Promise<Pulled> {
  const described = listing.files.filter(({ path }) => small.has(path));
  const weights = listing.files.filter(({ path }) => isWeights(path)).sort(bySize);
  const config = described.filter(({ path }) => path === "config.json");
  if (config.length === 0) {
    throw new UserError(
      `${repository.name} has no config.json; it must be a model in transformers' format.`,
    );
  }
  // The configuration first: weights of another kind of model are not worth fetching.
  const { dir } = await pullFiles(repository, listing, config, {
    ...options,
    onProgress: () => undefined,
  });
  await checkClip(repository, join(dir, "config.json"));
  return pullFiles(repository, listing, [...described, ...weights], options);
}

const bySize = (a: RemoteFile, b: RemoteFile): number => a.size - b.size;

async function checkClip({ name }: Repository, path: string): Promise<void> {
  const { model_type: type } = JSON.parse(await readFile(path, "utf8")) as { model_type?: string };
  if (type === "clip") return;
  throw new UserError(
    `${name} is a model of type ${type ?? "unknown"}; only CLIP (model_type "clip") can be used.`,
  );
}

interface Discussion {
  readonly num: number;
  readonly title: string;
  readonly isPullRequest?: boolean;
  readonly author?: { readonly name?: string };
}

/** The pull request in which the conversion bot added safetensors, if there is one that has them. */
async function conversion(
  repository: Repository,
  options: HubOptions,
): Promise<{ repository: Repository; listing: Listing } | undefined> {
  if (repository.revision !== "main") return undefined;
  const url = `${endpointOf(options)}/api/models/${repository.name}/discussions?author=SFconvertbot`;
  try {
    const headers = options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` };
    const answer = await patientFetch(options)(url, { headers });
    if (!answer.ok) return undefined;
    const { discussions = [] } = (await answer.json()) as { discussions?: Discussion[] };
    for (const { num, title, isPullRequest, author } of discussions) {
      if (!isPullRequest || author?.name !== "SFconvertbot" || !/safetensors/.test(title)) continue;
      const request = { ...repository, revision: `refs/pr/${num}` };
      const listing = await listRepository(request, options);
      if (listing.files.some(({ path }) => isWeights(path)))
        return { repository: request, listing };
    }
    return undefined;
  } catch (error) {
    throw hubError(error, repository, options);
  }
}

function noSafetensors({ name }: Repository, { files }: Listing): UserError {
  const pickled = files.some(({ path }) => /^pytorch_model.*\.bin$/.test(path));
  if (!pickled) {
    return new UserError(
      `${name} has no model.safetensors; it must be a CLIP model in transformers' format.`,
    );
  }
  return new UserError(
    `${name} has its weights only as pytorch_model.bin, a pickle, which can run code and is not read. Convert it once in Python, ` +
      `CLIPModel.from_pretrained("${name}").save_pretrained("DIR") and CLIPProcessor.from_pretrained("${name}").save_pretrained("DIR"), ` +
      `and give --model DIR; or ask for a safetensors pull request on its page.`,
  );
}

/** The folder of a model that was pulled before, by this program or another, and has all that is needed. */
export async function cachedModel(name: string, cacheDir: string): Promise<string | undefined> {
  const repository = parseModelName(name);
  const others =
    repository.revision === "main" ? await cachedPullRequests(cacheDir, repository) : [];
  for (const revision of [repository.revision, ...others]) {
    const dir = await cachedSnapshot(cacheDir, { ...repository, revision });
    if (dir !== undefined && (await isWhole(dir))) return dir;
  }
  return undefined;
}

async function isWhole(dir: string): Promise<boolean> {
  const has = (name: string) =>
    access(join(dir, name)).then(
      () => true,
      () => false,
    );
  if (!(await has("config.json"))) return false;
  if (await has("model.safetensors")) return true;
  const index = await readFile(join(dir, "model.safetensors.index.json"), "utf8").catch(() => "");
  if (index === "") return false;
  const { weight_map: map = {} } = JSON.parse(index) as { weight_map?: Record<string, string> };
  for (const shard of new Set(Object.values(map))) if (!(await has(shard))) return false;
  return true;
}
