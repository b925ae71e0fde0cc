/** Wire types: 0 varint, 1 eight bytes, 2 a length and that many bytes, 5 four bytes. */
const key = (field: number, wire: 0 | 1 | 2 | 5): number[] => varint(field * 8 + wire);

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** A field that is a message itself, or bytes. */
export const message = (field: number, content: readonly number[]): number[] => [
  ...key(field, 2),
  ...varint(content.length),
  ...content,
];

/** A varint field. */
export const int = (field: number, value: number): number[] => [...key(field, 0), ...varint(value)];

export const text = (field: number, value: string): number[] =>
  message(field, [...Buffer.from(value)]);

export const double = (field: number, value: number): number[] => [
  ...key(field, 1),
  ...new Uint8Array(Float64Array.of(value).buffer),
];

export const float = (field: number, value: number): number[] => [
  ...key(field, 5),
  ...new Uint8Array(Float32Array.of(value).buffer),
];
