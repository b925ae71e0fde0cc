import { access } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { UserError } from "@cliptune/engine";

/** Which model made the vectors, and where it was. */
export interface ModelReference {
  /** What a person calls it, such as "tiny". */
  readonly name?: string;
  /** The model directory. */
  readonly path: string;
  /** The adapter directory. */
  readonly adapter?: string;
  /** Multiplier of the adapter's effect; 1 unless given. */
  readonly strength?: number;
  /** The same two, relative to the index: they hold when all was moved together. */
  readonly relative?: { readonly path: string; readonly adapter?: string };
}

/** Where to look instead of the places that the manifest names. */
export interface ModelOverride {
  readonly path?: string;
  readonly adapter?: string;
}

/** The reference with absolute paths, and those relative to the index directory beside them. */
export function anchorReference(dir: string, reference: ModelReference): ModelReference {
  const path = resolve(reference.path);
  const adapter = reference.adapter === undefined ? undefined : resolve(reference.adapter);
  const from = resolve(dir);
  return {
    ...(reference.name === undefined ? {} : { name: reference.name }),
    path,
    ...(adapter === undefined ? {} : { adapter }),
    strength: reference.strength ?? 1,
    relative: {
      path: relative(from, path),
      ...(adapter === undefined ? {} : { adapter: relative(from, adapter) }),
    },
  };
}

/** Absolute paths of the model and the adapter as they are now. */
export async function locateModel(
  dir: string,
  reference: ModelReference,
  override: ModelOverride = {},
): Promise<{ path: string; adapter?: string; strength: number }> {
  const { name, relative: moved } = reference;
  const path = await firstThatExists(dir, {
    what: name ? `model "${name}"` : "model",
    option: "--model",
    places: override.path ? [resolve(override.path)] : [reference.path, moved?.path],
  });
  const strength = reference.strength ?? 1;
  if (reference.adapter === undefined) return { path, strength };
  const adapter = await firstThatExists(dir, {
    what: "adapter",
    option: "--adapter",
    places: override.adapter ? [resolve(override.adapter)] : [reference.adapter, moved?.adapter],
  });
  return { path, adapter, strength };
}

async function firstThatExists(
  dir: string,
  { what, option, places }: { what: string; option: string; places: (string | undefined)[] },
): Promise<string> {
  const tried = new Set(
    places.filter((place) => place !== undefined).map((place) => resolve(dir, place)),
  );
  for (const path of tried) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new UserError(
    `The ${what} that made the index at ${dir} is not at ${[...tried].join(" or ")}; say where it is now with ${option}, or build the index again.`,
  );
}
