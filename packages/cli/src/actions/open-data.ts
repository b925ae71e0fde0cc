import { type DataSet, dataSetKind, type OpenOptions, openDataSet } from "@cliptune/datasets";
import { dataPath } from "../bundled-sets.js";

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
  return openDataSet(await dataPath(data, dataDir), options);
}
