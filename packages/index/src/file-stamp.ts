import { stat } from "node:fs/promises";

/** Within this time of a change, another one may leave size and time as they are, in milliseconds. */
const settled = 2000;

/** A file's size and time of change; none for one that changed just now, or isn't there. */
export async function fileStamp(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (!found || Date.now() - Number(found.mtimeMs) < settled) return undefined;
  return `${found.size}:${found.mtimeNs}`;
}
