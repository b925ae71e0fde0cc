import { resolve } from "node:path";
import { tinyModelDir } from "@cliptune/data";

/** The directory that a model's name or path means; the embedded tiny model when there is none. */
export function modelDirectory(model: string | undefined): string {
  return model === undefined || model === "tiny" ? tinyModelDir : resolve(model);
}
