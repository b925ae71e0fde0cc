import { fileURLToPath } from "node:url";
import { notoPictures, openmojiPictures } from "./emoji-sets.js";
import { readEmoji } from "./emoji-text.js";
import { FOLDS } from "./fold.js";
import { findPackage, type InstalledPackage } from "./package-files.js";
import type { Picture } from "./picture.js";
import { signPictures } from "./signs.js";
import { UserError } from "./user-error.js";
import { writeFolder } from "./write-folder.js";

/** A bundled set: signs (fine-tuning), noto (replay), openmoji (evaluation only). */
export type SetName = "signs" | "noto" | "openmoji";

interface Recipe {
  readonly packages: readonly string[];
  /** Side of the pictures in pixels: what people look at is drawn larger than what is only trained on. */
  readonly size: number;
  pictures(found: readonly InstalledPackage[], fold: number): Picture[];
}

const RECIPES: Readonly<Record<SetName, Recipe>> = {
  signs: {
    packages: ["@rapideditor/mapillary_sprite_source"],
    size: 192,
    pictures: ([signs], fold) => signPictures(signs as InstalledPackage, fold),
  },
  noto: {
    packages: ["@iconify-json/noto", "emojibase-data"],
    size: 96,
    pictures: ([noto, text], fold) =>
      notoPictures(noto as InstalledPackage, text as InstalledPackage, fold),
  },
  openmoji: {
    packages: ["@iconify-json/openmoji", "emojibase-data"],
    size: 96,
    pictures: ([art, text], fold) =>
      openmojiPictures(art as InstalledPackage, readEmoji(text as InstalledPackage), fold),
  },
};

/** Names of the bundled sets. */
export const setNames: readonly SetName[] = Object.keys(RECIPES) as SetName[];

/** Absolute path of the bundled tiny CLIP, a Hugging Face model directory. */
export const tinyModelDir: string = fileURLToPath(new URL("../models/tiny", import.meta.url));

/** How a set is drawn and split. */
export interface MaterialiseOptions {
  /** side of the pictures in pixels; by default 192 for signs, 96 for emoji */
  readonly size?: number;
  /** which fifth of the families is held out, 0 to 4; the tiny CLIP was made with 0 */
  readonly fold?: number;
}

/**
 * Writes a bundled set as a folder of PNG pictures with `metadata.jsonl`, ready to train on. The work
 * is done once: an up-to-date folder is only checked (about half a second), a stale one is replaced.
 *
 * @returns the folder's absolute path and the number of pictures in it
 * @throws UserError for an unknown set, bad options, or a folder that holds something else
 */
export async function materialise(
  set: SetName,
  dir: string,
  options: MaterialiseOptions = {},
): Promise<{ dir: string; count: number }> {
  const recipe = Object.hasOwn(RECIPES, set) ? RECIPES[set] : undefined;
  if (recipe === undefined) {
    throw new UserError(
      `There is no bundled set "${set}"; choose one of ${setNames.join(", ")}, or give the path of your own folder.`,
    );
  }
  const { size = recipe.size, fold = 0 } = options;
  checkOptions({ size, fold });
  const found = recipe.packages.map((name) => findPackage(name));
  const versions = found.map(({ name, version }) => `${name}@${version}`);
  return writeFolder(dir, recipe.pictures(found, fold), { size, versions });
}

/** Refuses sizes and folds that mean nothing. */
export function checkOptions({ size, fold }: { size: number; fold: number }): void {
  if (!Number.isInteger(size) || size < 8 || size > 1024) {
    throw new UserError(
      `Pictures cannot be ${size} pixels wide; give a whole number from 8 to 1024.`,
    );
  }
  if (!Number.isInteger(fold) || fold < 0 || fold >= FOLDS) {
    throw new UserError(`There is no fold ${fold}; give a whole number from 0 to ${FOLDS - 1}.`);
  }
}
