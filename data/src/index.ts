export {
  type MaterialiseOptions,
  materialise,
  type SetName,
  setNames,
  tinyModelDir,
} from "./materialise.js";
export { type TranslatedLanguage, translatedLanguages, translatedTitles } from "./translations.js";
