import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "./error-code.js";
import { loadLance } from "./lance-library.js";
import type { LanceTable } from "./manifest.js";
import { fileNames } from "./version-files.js";

/** Which table of LanceDB holds a version's vectors. Versions share it until one is written anew. */
export type LancePlace = Pick<LanceTable, "uri" | "table">;

/** Written before the table is: whoever sweeps up a killed build learns from it what to drop. */
export function writePlace(home: string, place: LancePlace): Promise<void> {
  return writeFile(join(home, fileNames.lance), JSON.stringify(place), { flag: "wx" });
}

/** None for a version whose vectors are in files. */
export async function readPlace(home: string): Promise<LancePlace | undefined> {
  try {
    return JSON.parse(await readFile(join(home, fileNames.lance), "utf8")) as LancePlace;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What LanceDB connects to. */
export function placeUri(dir: string, { uri }: Pick<LancePlace, "uri">): string {
  return uri ?? join(dir, "vectors.lance");
}

/** The folder of a table inside the index. */
export function tableFolder(dir: string, { table }: LancePlace): string {
  return join(placeUri(dir, { uri: null }), `${table}.lance`);
}

/** Removes a table that no version of the index uses any more. */
export async function dropTable(dir: string, place: LancePlace): Promise<void> {
  if (place.uri === null) {
    await rm(tableFolder(dir, place), { recursive: true, force: true });
    return;
  }
  const database = await (await loadLance()).connect(place.uri);
  try {
    if ((await database.tableNames()).includes(place.table)) await database.dropTable(place.table);
  } finally {
    database.close();
  }
}
