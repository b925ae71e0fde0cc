import type koffi from "koffi";

type Koffi = Pick<typeof koffi, "address">;

/** A word of eight bytes: a number, an address, or memory by its address. */
export type Field = bigint | number | Memory;

/** The address that koffi's value for a `void*` stands for; 0 for null. */
export function addressOf(native: Koffi, value: unknown): bigint {
  if (value === null || value === undefined) return 0n;
  return typeof value === "bigint" ? value : BigInt(native.address(value));
}

/**
 * Bytes of JavaScript's that native code is told the address of. They stay in place, and stay alive as long as
 * this object does; so does all other memory whose address was written into them.
 */
export class Memory {
  readonly address: bigint;
  readonly length: number;
  readonly #view: Buffer;
  readonly #held: readonly unknown[];

  constructor(native: Koffi, bytes: ArrayBufferView, held: readonly unknown[] = []) {
    this.address = addressOf(native, bytes);
    this.length = bytes.byteLength;
    this.#view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#held = [bytes, ...held];
  }

  /** `count` words, the first ones given, the others zero. */
  static words(native: Koffi, fields: readonly Field[], count = fields.length): Memory {
    const bytes = new BigUint64Array(Math.max(1, count));
    fields.forEach((field, i) => {
      bytes[i] = field instanceof Memory ? field.address : BigInt.asUintN(64, BigInt(field));
    });
    return new Memory(native, bytes, fields);
  }

  word(index: number): bigint {
    return this.#view.readBigUInt64LE(8 * index);
  }

  /** Number of objects kept alive; reading it is what keeps them. */
  get holds(): number {
    return this.#held.length;
  }
}

let used = 0;

/** Keeps `memory` from being collected before this point. */
export function keepAlive(memory: Memory): void {
  used = memory.holds;
}

/** How much the last call held; exists so that `keepAlive` has an effect nobody can optimise away. */
export const lastUsed = (): number => used;
