import { type Adapter, type ClipModel, loadAdapter, loadModel } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { locateModel, readManifest } from "@cliptune/index";

/** The model that made an index, as its manifest says, or where it is now. */
export async function indexChoice(
  dir: string,
  moved: { readonly model: string | undefined; readonly adapter: string | undefined },
): Promise<{ model: ClipModel; adapter?: Adapter; strength: number }> {
  const manifest = await readManifest(dir);
  if (!manifest.model) {
    throw new UserError(
      `The index at ${dir} holds vectors of an unknown model, so nothing can be encoded for it; make an index of pictures with: cliptune index build.`,
    );
  }
  const { path, adapter, strength } = await locateModel(dir, manifest.model, {
    ...(moved.model === undefined ? {} : { path: moved.model }),
    ...(moved.adapter === undefined ? {} : { adapter: moved.adapter }),
  });
  const model = await loadModel(path);
  if (adapter === undefined) return { model, strength };
  return { model, adapter: await loadAdapter(adapter, model), strength };
}
