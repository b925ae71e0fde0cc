/**
 * A name as words to search by: lower case, straight quotes, hyphens where names of files have them
 * kept only inside words of prose, no brackets or colons. "Men’s Room (old)" gives "men's room old".
 */
export function cleanTitle(text: string): string {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/[–—]/g, "-")
    .replace(/[“”„«»"():,!]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** A file or icon name as words: "bus-lane_left" gives "bus lane left". */
export function nameInWords(name: string): string {
  return cleanTitle(name.replace(/[-_]+/g, " "));
}

/** Letters and digits alone, so that "UP! button", "up-button" and "upbutton" meet. */
export function squeeze(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
