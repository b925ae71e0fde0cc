import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { type FileRecord, sha256 } from "./checksum.js";
import { codeOf } from "./error-code.js";
import type { HnswParameters } from "./hnsw-graph.js";
import type { LanceSearch, LanceState } from "./lance-index.js";
import type { ModelReference } from "./model-reference.js";

/** The version of the directory's layout that this code writes and reads. */
export const formatVersion = 3;

export interface AnnRecall {
  readonly k: number;
  /** Share of the exact `k` nearest that searches found, 0 to 1. */
  readonly value: number;
  /** The least that was asked for: `efSearch` was chosen to reach it. */
  readonly wanted: number;
  /** How many queries were asked, and whether they were encoded titles or the pictures themselves. */
  readonly sample: number;
  readonly queries: "titles" | "pictures";
}

/** Where the vectors are that LanceDB holds, and in which state. */
export interface LanceTable extends LanceState {
  /** Null for the folder `vectors.lance` of the index itself. */
  readonly uri: string | null;
  readonly table: string;
  /** Null while searches are exact: few vectors, or no width gave the wanted recall. */
  readonly search: LanceSearch | null;
}

/** `[n, D]` of some fixed texts and pictures, float32 in base64; null where they can't be encoded. */
export interface Canaries {
  readonly texts: string | null;
  readonly images: string | null;
}

/**
 * The only file with a fixed place: it names the version whose files hold the index, so replacing it
 * replaces the index at once.
 */
export interface Manifest {
  readonly format: "cliptune-index";
  readonly formatVersion: number;
  /** Name of the folder under `versions/`. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Of model + adapter + strength + preprocessing: `encoder.fingerprint`. */
  readonly fingerprint: string;
  /** Null for an index of vectors that were made elsewhere. */
  readonly model: ModelReference | null;
  /** What the model made of fixed inputs; none in indexes older than this. */
  readonly canaries?: Canaries | null;
  /** What was indexed, as a person would name it on the command line. */
  readonly source: string | null;
  readonly dimension: number;
  readonly metric: "cosine";
  /** Which store answers: exact, hnswlib's graph, or LanceDB. */
  readonly store: "flat" | "hnsw" | "lancedb";
  /** Items that can be found. */
  readonly count: number;
  /** Labels given: those of removed items stay empty until the index is compacted. */
  readonly rows: number;
  /** Rows that the graph was made from; those after it are searched exactly. */
  readonly indexed: number;
  /** Vectors in the graph: it holds no copies. */
  readonly distinct: number;
  /** Pictures left out because they could not be read. */
  readonly skipped: number;
  /** Null where hnswlib-node was not built: such an index is searched exactly. */
  readonly hnsw: HnswParameters | null;
  readonly lance: LanceTable | null;
  readonly annRecall: AnnRecall | null;
  /** By name, inside `versions/<version>/`. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

export function manifestPath(dir: string): string {
  return join(dir, "manifest.json");
}

export function versionDir(dir: string, version: string): string {
  return join(dir, "versions", version);
}

/** Makes `manifest` the directory's index: the one moment at which old becomes new. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const sealed = { ...manifest, checksum: sealOf(manifest) };
  await replaceFile(manifestPath(dir), (file) =>
    file.writeFile(`${JSON.stringify(sealed, null, 2)}\n`),
  );
}

/** @throws UserError when it is missing, damaged, foreign, or of a newer format */
export async function readManifest(dir: string): Promise<Manifest> {
  const path = manifestPath(dir);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw new UserError(
      `${path} does not exist, so ${dir} is not an index; make one with: cliptune index build.`,
    );
  });
  const parsed = parse(path, text);
  if (parsed["format"] !== "cliptune-index") {
    throw new UserError(
      `${path} is not the manifest of a cliptune index (its "format" is ${JSON.stringify(parsed["format"])}); give the directory that cliptune index build wrote.`,
    );
  }
  const version = parsed["formatVersion"];
  if (typeof version !== "number" || version > formatVersion) {
    throw new UserError(
      `${path} has format version ${version}; this cliptune reads ${formatVersion}. Update cliptune, or build the index again.`,
    );
  }
  if (version < formatVersion) {
    throw new UserError(
      `${path} has format version ${version}, of an older cliptune; this one reads ${formatVersion}. Build the index again: cliptune index build ${parsed["source"] ?? "FOLDER"} --out ${dir}.`,
    );
  }
  const { checksum, ...manifest } = parsed;
  if (checksum !== sealOf(manifest)) {
    throw new UserError(
      `${path} was changed after it was written (its checksum is wrong); build the index again.`,
    );
  }
  return manifest as unknown as Manifest; // what the checksum seals was typed when written
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Falls through to the same advice.
  }
  throw new UserError(
    `${path} is not a JSON object: the file is truncated or damaged; build the index again.`,
  );
}

/** JSON keeps the order of keys, so the text of what was parsed is the text that was written. */
function sealOf(manifest: object): string {
  return sha256(JSON.stringify(manifest));
}
