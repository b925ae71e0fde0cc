/** Family → the family it is joined with (made by scripts/twins.mjs). */
export const TWIN_FAMILIES: Readonly<Record<string, string>> = {};
