import { type SetName, type TranslatedLanguage, translatedLanguages } from "@cliptune/data";

/** Queries and pictures that every model is measured on alike: text → picture, one picture a title. */
export interface Suite {
  /** S1 to S4, S7: the numbering of the benchmark in data/README.md. */
  readonly name: string;
  readonly what: string;
  readonly set: SetName;
  readonly split: string;
  /** Which fifth of the signs' families is held out. */
  readonly fold: number;
  readonly language?: TranslatedLanguage;
}

export const foldCount = 5;

const languageNames: Readonly<Record<TranslatedLanguage, string>> = {
  ...{ ja: "Japanese", ko: "Korean", de: "German", fr: "French", es: "Spanish", zh: "Chinese" },
};

const signs = (fold: number): Suite => ({
  ...{ name: "S1", what: `signs, kinds held out, fold ${fold}` },
  ...{ set: "signs", split: "test", fold },
});

const openmoji = { set: "openmoji", fold: 0 } as const;

export const suites: readonly Suite[] = [
  ...Array.from({ length: foldCount }, (_, fold) => signs(fold)),
  { name: "S2", what: "OpenMoji, concepts seen", split: "seen", ...openmoji },
  { name: "S3", what: "OpenMoji, concepts unseen", split: "unseen", ...openmoji },
  { name: "S3", what: "OpenMoji, its own inventions", split: "extra", ...openmoji },
  { name: "S4", what: "Noto, concepts unseen", set: "noto", split: "test", fold: 0 },
  ...translatedLanguages.map((language) => ({
    ...{ name: "S7", what: `S2 asked in ${languageNames[language]}`, split: "seen", language },
    ...openmoji,
  })),
];

export const suiteNames: readonly string[] = [...new Set(suites.map(({ name }) => name))];
