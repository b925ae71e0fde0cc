import { constants, copyFile, link } from "node:fs/promises";

/**
 * The same file under a second name, where the file system has hard links; else a copy. Both versions
 * then share what is there, and the newer one appends: an older reader looks no further than its
 * manifest says, so nothing changes for it, and nothing large is written twice.
 */
export async function continueFile(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}
