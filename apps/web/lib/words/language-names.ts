/** The languages of the interface, each named as its readers name it. */
export const languages = { en: "English", ko: "한국어", ja: "日本語" } as const;

export type Language = keyof typeof languages;

/** The cookie that keeps a reader's choice. */
export const languageCookie = "language";
