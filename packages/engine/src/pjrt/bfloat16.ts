import type { NdArray } from "../types.js";
import type { HostArray } from "./client.js";

/** The upper half of each float32, rounded to the nearest, ties to even; NaN stays NaN. */
export function toBfloat16({ shape, data }: NdArray): HostArray {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i]!;
    const isNotANumber = (x & 0x7fffffff) > 0x7f800000;
    // Half of the last place that is kept, less one where that one is even, carries up when it must.
    halves[i] = isNotANumber ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return { dtype: "bfloat16", shape, data: halves };
}
