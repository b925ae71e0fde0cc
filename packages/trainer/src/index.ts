export {
  type DataSource,
  dataSource,
  type TrainConfig,
  type TrainConfigInput,
  type TrainSource,
  trainConfig,
} from "./config.js";
export { parseTrainConfig } from "./parse-config.js";
