import type { Encoder } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { Canaries, Manifest } from "./manifest.js";

type CanaryKind = keyof Canaries;
type CanaryEncoder = Pick<
  Encoder,
  "dimension" | "fingerprint" | "imageSize" | "encodeImages" | "encodeTexts"
>;

/** Indexes hold what became of these: they stay as they are. */
const texts = [
  "a photo of a red car in front of a house",
  "two small yellow birds",
  "no parking, 50 km/h",
];

/**
 * Cosine with the canary's vector as it was. Engines that multiply in bfloat16 or TF32 stay above .999; a
 * model whose numbers are others falls far below.
 */
const leastCosine = 0.99;

/** Encodes some fixed texts and pictures: what any later encoder of the same model must make of them. */
export async function makeCanaries(encoder: CanaryEncoder): Promise<Canaries> {
  const [words, pictures] = [await encode(encoder, "texts"), await encode(encoder, "images")];
  return { texts: words ? pack(words) : null, images: pictures ? pack(pictures) : null };
}

/**
 * Compares what an encoder makes of the canaries with what the index's model made of them: files may be
 * the same where the numbers that come out are not.
 *
 * @throws UserError with the command that mends it
 */
export async function assertSameNumbers(
  dir: string,
  { canaries, dimension }: Manifest,
  { encoder, kind }: { readonly encoder: CanaryEncoder; readonly kind: CanaryKind },
): Promise<void> {
  const packed = canaries?.[kind];
  if (!packed) return; // vectors made elsewhere, or an index older than canaries
  const then = unpack(packed);
  const now = await encode(encoder, kind);
  if (!now) return; // a model without a tokenizer
  for (let start = 0; start < then.length; start += dimension) {
    let cosine = 0;
    for (let i = start; i < start + dimension; i++) cosine += then[i]! * now[i]!;
    if (cosine >= leastCosine) continue;
    throw new UserError(
      `The model encodes ${kind} to other vectors than when the index at ${dir} was made (cosine ${cosine.toFixed(3)}, at least ${leastCosine} is needed), though its files are the same. Search with the engine and version that made the index, or encode its pictures anew: cliptune index reindex --index ${dir}.`,
    );
  }
}

const known = new WeakMap<object, Map<string, Promise<Float32Array | undefined>>>();

/** `[n, D]`, once for each encoder and strength; none for a model without a tokenizer. */
function encode(encoder: CanaryEncoder, kind: CanaryKind): Promise<Float32Array | undefined> {
  const made = known.get(encoder) ?? new Map<string, Promise<Float32Array | undefined>>();
  known.set(encoder, made);
  const key = `${kind} ${encoder.fingerprint}`;
  const vectors = made.get(key) ?? encodeAnew(encoder, kind);
  made.set(key, vectors);
  return vectors;
}

/** One at a time, as a search does: programs for other batches need not be compiled. */
async function encodeAnew(
  encoder: CanaryEncoder,
  kind: CanaryKind,
): Promise<Float32Array | undefined> {
  const { dimension, imageSize } = encoder;
  const rows = new Float32Array(texts.length * dimension);
  try {
    for (let i = 0; i < texts.length; i++) {
      const vector = await (kind === "texts"
        ? encoder.encodeTexts([texts[i]!])
        : encoder.encodeImages(picture(i, imageSize), 1));
      rows.set(vector, i * dimension);
    }
    return rows;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** `[S, S, 3]`: slopes, stripes and blocks of colours. */
function picture(number: number, side: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = [Math.floor((256 * x) / side), Math.floor((256 * y) / side)];
      const colours = [
        [u, v, 128],
        [(u * 4) & 255, 255 - u, (v >> 5) & 1 ? 220 : 30],
        [(u ^ v) & 192, (u >> 6) * 80, 255 - v],
      ];
      pixels.set(colours[number]!, (y * side + x) * 3);
    }
  }
  return pixels;
}

function pack(rows: Float32Array): string {
  return Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString("base64");
}

function unpack(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
