export { dataSetKind } from "./detect.js";
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
