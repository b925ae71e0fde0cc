import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import { isDataAddress } from "@cliptune/hub";
import { type DataSource, parseTrainConfig, type TrainConfig } from "@cliptune/trainer";
import { parse, YAMLParseError } from "yaml";
import { bundledFolder, unpacked } from "./bundled-sets.js";
import { hubData } from "./hub.js";
import { isHubModel } from "./model-directory.js";

/**
 * Reads a training configuration and makes every place in it absolute: paths are relative to the
 * file, and bundled sets are written under `dataDir` and become paths.
 *
 * @throws UserError for a file that is missing, no YAML, or no valid configuration
 */
export async function loadConfig(file: string, dataDir: string): Promise<TrainConfig> {
  return placeConfig(await readYaml(file), { where: resolve(file), dataDir });
}

/** The value of a YAML or JSON file. @throws UserError for a file that is missing or no YAML */
export async function readYaml(file: string): Promise<unknown> {
  const path = resolve(file);
  return parseYaml(path, await readText(path));
}

export interface Placement {
  /** The file that the configuration came from: named in errors, and paths are relative to it. */
  readonly where: string;
  readonly dataDir: string;
  /** What errors call the configuration, where it is not the file as it stands. */
  readonly as?: string;
}

/** As {@link loadConfig}, of a configuration that is in memory. */
export async function placeConfig(
  value: unknown,
  { where, dataDir, as = where }: Placement,
): Promise<TrainConfig> {
  const config = parseTrainConfig(value, as);
  const from = dirname(where);
  const place = <T extends DataSource>(source: T) => placeSource(source, from, dataDir);
  const { inDomain, outOfDomain } = config.data.evaluate;
  const train: TrainConfig["data"]["train"] = [];
  for (const source of config.data.train) train.push(await place(source));
  return {
    ...config,
    model: await placeModel(config.model, from),
    ...(config.architecture === undefined
      ? {}
      : { architecture: resolve(from, config.architecture) }),
    data: {
      ...config.data,
      ...(config.data.texts && {
        texts: { ...config.data.texts, path: resolve(from, config.data.texts.path) },
      }),
      train,
      evaluate: {
        ...(inDomain ? { inDomain: await place(inDomain) } : {}),
        ...(outOfDomain ? { outOfDomain: await place(outOfDomain) } : {}),
      },
    },
  };
}

/** Names stay: "tiny", and a hub's unless a directory of that name is there. */
async function placeModel(model: string, from: string): Promise<string> {
  const path = resolve(from, model);
  return model === "tiny" || (await isHubModel(model, path)) ? model : path;
}

async function placeSource<T extends DataSource>(
  source: T,
  from: string,
  dataDir: string,
): Promise<T> {
  const { set, path, ...rest } = source;
  if ("vectors" in rest && typeof rest.vectors === "string") {
    return { ...rest, vectors: resolve(from, rest.vectors) } as unknown as T;
  }
  const folder =
    set === undefined
      ? await placePath(path ?? ".", from, dataDir)
      : await bundledFolder(set, dataDir);
  return { ...rest, path: folder } as T;
}

/** Any data set: `hf://` addresses are fetched, shards and parquet unpacked. */
const placePath = async (path: string, from: string, dataDir: string): Promise<string> =>
  unpacked(isDataAddress(path) ? await hubData(path) : resolve(from, path), dataDir);

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UserError(`There is no configuration file ${path}; give the path of a YAML file.`);
  }
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const at = error.linePos?.[0];
    const where = at ? `${path}:${at.line}:${at.col}` : path;
    throw new UserError(
      `${where} is not valid YAML: ${error.message.replace(/ at line \d+[\s\S]*/, "")}.`,
    );
  }
}
