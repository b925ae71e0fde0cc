import type { ItemReader } from "./item-store.js";
import type { Manifest } from "./manifest.js";
import type { PackReader } from "./thumbnail.js";
import type { VectorIndex } from "./vector-index.js";

/** What one version of an index holds open. */
export interface OpenParts {
  /** The index directory. */
  readonly dir: string;
  readonly manifest: Manifest;
  readonly index: VectorIndex;
  readonly items: ItemReader;
  readonly thumbnails: PackReader;
}
