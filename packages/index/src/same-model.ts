import { UserError } from "@cliptune/engine";
import type { Manifest } from "./manifest.js";

/**
 * @throws UserError with the command that mends it, unless `fingerprint` is the index's or not known
 */
export function assertSameModel(
  dir: string,
  manifest: Manifest,
  fingerprint: string | undefined,
): void {
  if (fingerprint === undefined || fingerprint === manifest.fingerprint) return;
  const { model } = manifest;
  const made = model
    ? ` (${model.name ?? model.path}${model.adapter ? ` with ${model.adapter}` : ""}, strength ${model.strength ?? 1})`
    : "";
  throw new UserError(
    `The index at ${dir} was made by another model${made}: its fingerprint is ${short(manifest.fingerprint)}, this model's is ${short(fingerprint)}. Search it with the model that made it, or encode its pictures anew with this one (--run, or --model and --adapter): cliptune index reindex --index ${dir}.`,
  );
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}
