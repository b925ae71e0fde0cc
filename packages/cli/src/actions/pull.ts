import { isDataAddress } from "@cliptune/hub";
import type { Answer } from "../command.js";
import { fetchModel, hubData } from "../hub.js";

/** Brings a model, or a data set, of the hub into its cache. */
export async function pull(name: string): Promise<Answer> {
  if (isDataAddress(name)) {
    const dir = await hubData(name);
    return { json: { name, dir }, text: `${dir}\nNext: cliptune data inspect ${name}` };
  }
  const { dir, commit, bytes, files } = await fetchModel(name);
  return {
    json: { name, dir, commit, bytes, files },
    text: `${(bytes / 1e6).toFixed(0)} MB in ${dir}\nNext: cliptune index build FOLDER --model ${name}`,
  };
}
