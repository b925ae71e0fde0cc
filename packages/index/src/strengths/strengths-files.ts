import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import type { ModelReference } from "../model-reference.js";

/** Recall of titles at one strength of the adapter, by evaluation set. */
export interface StrengthRecall {
  readonly strength: number;
  readonly sets: Readonly<
    Record<string, { readonly r1: number; readonly r5: number; readonly r10: number }>
  >;
}

/** `strengths/<version>/strengths.json`, the last file that is written there. */
export interface StrengthsManifest {
  readonly format: "cliptune-strengths";
  readonly formatVersion: 1;
  /** The index's version whose items these are. */
  readonly version: string;
  readonly model: ModelReference;
  readonly dimension: number;
  readonly count: number;
  /** Ascending, 0 (the untuned base) first; the vectors of one are in `<strength>.f32`. */
  readonly strengths: readonly number[];
  /** `encoder.fingerprint` at each strength. */
  readonly fingerprints: readonly string[];
  /** Pictures whose file was gone or another: their thumbnail was encoded. */
  readonly fromThumbnails: number;
  readonly recall: readonly StrengthRecall[];
}

export const strengthsDir = (dir: string): string => join(dir, "strengths");

export const strengthsHome = (dir: string, version: string): string =>
  join(strengthsDir(dir), version);

export const manifestName = "strengths.json";
/** The items' ids, in the order of the vectors. */
export const idsName = "ids.json";
export const vectorsName = (strength: number): string => `${strength}.f32`;

/** @throws UserError when there are none for this version of the index, or not whole ones */
export async function readStrengthsManifest(
  dir: string,
  version: string,
): Promise<StrengthsManifest> {
  const path = join(strengthsHome(dir, version), manifestName);
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(
      `The index at ${dir} has no vectors at several strengths (or they are of a former version of it); make them with \`cliptune index strengths ${dir} --run RUN\`.`,
    );
  });
  try {
    const manifest = JSON.parse(text) as StrengthsManifest;
    if (manifest.format === "cliptune-strengths" && manifest.formatVersion === 1) return manifest;
  } catch {
    // The same advice.
  }
  throw new UserError(
    `${path} is damaged or of another cliptune; make it again with \`cliptune index strengths ${dir} --run RUN\`.`,
  );
}
