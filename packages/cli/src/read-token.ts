import { readFile } from "node:fs/promises";

/** What `hf auth login` left, if it did. */
export async function readToken(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trim() || undefined;
}
