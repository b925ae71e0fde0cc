import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { setNames } from "@cliptune/data";
import { type DataSet, dataSetKind, type OpenOptions, openDataSet } from "@cliptune/datasets";
import { UserError } from "@cliptune/engine";
import { isDataAddress } from "@cliptune/hub";
import { bundledFolder, bundledSet } from "../bundled-sets.js";
import { hubData } from "../hub.js";

/** Which data a command line asks for. */
export interface DataChoice {
  /** A bundled set's name, or the path of a data set of any kind. */
  readonly data: string;
  readonly dataDir: string;
  readonly split?: string | undefined;
  readonly kind?: string | undefined;
  readonly imageColumn?: string | undefined;
  readonly captionColumn?: string | undefined;
}

export interface DataFlags {
  readonly data: string;
  readonly "data-dir": string;
  readonly split?: string | undefined;
  readonly kind?: string | undefined;
  readonly "image-column"?: string | undefined;
  readonly "caption-column"?: string | undefined;
}

export const dataChoice = (flags: DataFlags): DataChoice => ({
  data: flags.data,
  dataDir: flags["data-dir"],
  split: flags.split,
  kind: flags.kind,
  imageColumn: flags["image-column"],
  captionColumn: flags["caption-column"],
});

/** The data set that a person means. @throws UserError for what is neither a bundled set nor a data set's path */
export async function openData(
  choice: DataChoice,
  onSkip?: (message: string) => void,
): Promise<DataSet> {
  const { data, dataDir, split, kind, imageColumn: image, captionColumn: caption } = choice;
  const options: OpenOptions = {
    ...(kind === undefined ? {} : { kind: dataSetKind(kind) }),
    ...(split === undefined ? {} : { split }),
    columns: {
      ...(image === undefined ? {} : { image }),
      ...(caption === undefined ? {} : { caption }),
    },
    ...(onSkip ? { onSkip } : {}),
  };
  if (bundledSet(data)) return openDataSet(await bundledFolder(data, dataDir), options);
  if (isDataAddress(data)) return openDataSet(await hubData(data), options);
  await checkThere(data);
  return openDataSet(data, options);
}

async function checkThere(data: string): Promise<void> {
  const path = resolve(data);
  if (data.includes("{")) return; // a pattern of shards
  await access(path).catch(() => {
    throw new UserError(
      `There is no ${path}; give a folder of pictures or another data set, or one of the bundled sets: ${setNames.join(", ")}.`,
    );
  });
}
