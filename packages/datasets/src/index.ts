export { dataSetKind } from "./detect.js";
export { contactSheet } from "./inspect/contact-sheet.js";
export {
  colorDistance,
  distance,
  type Fingerprint,
  fingerprint,
  fingerprintSide,
} from "./inspect/fingerprint.js";
export { type Inspection, type InspectOptions, inspect } from "./inspect/inspect.js";
export { nearDuplicates } from "./inspect/near-duplicates.js";
export type { Spread } from "./inspect/tally.js";
export { openDataSet, readImage } from "./open-data-set.js";
export {
  type Columns,
  type DataSet,
  type DataSetKind,
  dataSetKinds,
  type Fields,
  type OpenOptions,
  type Pair,
  type PairImage,
} from "./pair.js";
export { type SplitOptions, type SplitPair, type SplitResult, splitDataSet } from "./split.js";
export { unpackDataSet } from "./unpack.js";
export { writeImageFolder } from "./write-image-folder.js";
