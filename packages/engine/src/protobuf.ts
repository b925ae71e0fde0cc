/**
 * The wire format of protocol buffers, as far as ONNX and XLA need it: messages are lists of chunks.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export type Message = Uint8Array;

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

const tag = (field: number, wireType: number): number[] => varint((field << 3) | wireType);

/** An integer or enum field. */
export const integer = (field: number, value: number | bigint): Message =>
  Uint8Array.from([...tag(field, 0), ...varint(value)]);

/** A string, bytes or embedded-message field. */
export function bytes(field: number, value: string | Uint8Array): Message {
  const body = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([Uint8Array.from([...tag(field, 2), ...varint(body.length)]), body]);
}

/** A 32-bit float field. */
export function float(field: number, value: number): Message {
  const body = Buffer.alloc(4);
  body.writeFloatLE(value);
  return Buffer.concat([Uint8Array.from(tag(field, 5)), body]);
}

export const message = (...fields: readonly Message[]): Message => Buffer.concat(fields);
