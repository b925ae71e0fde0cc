/**
 * GPT-2's printable stand-ins for the 256 bytes, in byte order: printable Latin-1 bytes stand for
 * themselves, the others get the code points from 256 up. Text of any script is made of these, so
 * nothing is unknown.
 */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

function byteCharacters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : spare++),
  );
}

/** CLIP's order of the alphabet: bytes that stand for themselves first. */
export function alphabet(): string[] {
  const own = BYTE_CHARACTERS.filter((character) => (character.codePointAt(0) as number) < 256);
  const spare = BYTE_CHARACTERS.filter((character) => (character.codePointAt(0) as number) >= 256);
  return [...own, ...spare];
}

/** The UTF-8 bytes of a text as stand-ins. */
export function toByteCharacters(text: string): string[] {
  return [...Buffer.from(text, "utf8")].map((byte) => BYTE_CHARACTERS[byte] as string);
}
