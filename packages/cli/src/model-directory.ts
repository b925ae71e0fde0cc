import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { UserError } from "@cliptune/engine";
import { isHubName } from "@cliptune/hub";
import { hubModel } from "./hub.js";

/**
 * The directory that a model's name or path means: the embedded tiny model when there is none, a directory that is there,
 * else a model of the hub, from its cache or fetched into it.
 *
 * @throws UserError when the hub does not give it
 */
export async function modelDirectory(model: string | undefined): Promise<string> {
  if (model === undefined || model === "tiny") return tinyModelDir;
  const path = resolve(model);
  if (!(await isHubModel(model, path))) return path;
  return hubModel(model).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`There is no directory ${path}, and from the hub: ${error.message}`);
  });
}

/** "owner/name" that is no directory here. A name that starts with a dot, or has more levels, is a path. */
export async function isHubModel(model: string, path: string): Promise<boolean> {
  if (!isHubName(model)) return false;
  return stat(path).then(
    () => false,
    () => true,
  );
}
