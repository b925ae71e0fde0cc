export {
  type MaterialiseOptions,
  materialise,
  type SetName,
  setNames,
  tinyModelDir,
} from "./materialise.js";
