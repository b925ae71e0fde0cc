import { createHash } from "node:crypto";
import type { Adapter } from "./adapter.js";
import { siteScale } from "./lora-sites.js";
import type { ClipModel } from "./model.js";

const contents = new WeakMap<Adapter, string>();

/** SHA-256 over what an adapter computes: every matrix with its scale. Dropout and names of files do not count. */
export function adapterFingerprint(adapter: Adapter): string {
  const known = contents.get(adapter);
  if (known) return known;
  const hash = createHash("sha256");
  for (const key of Object.keys(adapter.weights).sort()) {
    const { data, shape } = adapter.weights[key]!;
    const path = key.replace(/\.lora_[AB]\.weight$/, "");
    hash.update(JSON.stringify([key, shape, siteScale(path, adapter.config).scale]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const digest = hash.digest("hex");
  contents.set(adapter, digest);
  return digest;
}

/** SHA-256 over everything that decides a vector: model, preprocessing, adapter, strength. */
export function encoderFingerprint(
  model: Pick<ClipModel, "fingerprint" | "preprocessing">,
  tuning?: { readonly adapter: Adapter; readonly strength: number },
): string {
  const tuned = tuning && [adapterFingerprint(tuning.adapter), tuning.strength];
  return createHash("sha256")
    .update(JSON.stringify([model.fingerprint, model.preprocessing, tuned ?? null]))
    .digest("hex");
}
