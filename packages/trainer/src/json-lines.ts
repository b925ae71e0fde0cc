import { readFile } from "node:fs/promises";
import { isMissing } from "./disk.js";

/** The whole records of a file of JSON lines, none when there is no file. A kill may leave half a line. */
export async function readJsonLines<T>(path: string): Promise<T[]> {
  const content = await readFile(path, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return "";
    throw error;
  });
  return content.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
}
