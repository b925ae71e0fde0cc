import { readFile } from "node:fs/promises";

/** A JSON object, or undefined where there is none yet. */
export async function readObject(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(/* turbopackIgnore: true */ path, "utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
