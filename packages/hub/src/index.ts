export type { HubOptions, PullProgress } from "./connection.js";
export type { Pulled } from "./pull.js";
export { pullDataSet } from "./pull-data-set.js";
export { cachedModel, pullModel } from "./pull-model.js";
export {
  type DataAddress,
  isDataAddress,
  isHubName,
  parseDataAddress,
  parseModelName,
  type Repository,
} from "./repository.js";
