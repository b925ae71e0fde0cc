import { type Data, type Program, UserError } from "@cliptune/engine";
import { splitBatches } from "./batches.js";
import type { EncoderParts, EncoderPrograms } from "./encoder-programs.js";
import type { Tokenizer } from "./tokenizer.js";

/** One call to an encoder. */
export interface EncoderRun {
  readonly parts: EncoderParts;
  readonly programs: EncoderPrograms;
  /** Ascending. */
  readonly batchSizes: readonly number[];
  readonly strength: number;
}

async function step(
  { parts, strength }: EncoderRun,
  program: Program,
  inputs: Record<string, Data>,
): Promise<Float32Array> {
  const scalar = parts.lora && { strength: Float32Array.of(strength) };
  const { embeds } = await program.step({ ...inputs, ...scalar });
  return embeds!.data as Float32Array;
}

/** `[n, S, S, 3]` bytes → `[n, D]` */
export async function encodeImageBatches(
  run: EncoderRun,
  pixels: Uint8Array,
  n: number,
): Promise<Float32Array> {
  const { projectionDim: width, vision } = run.parts.config;
  const side = vision.imageSize;
  const bytes = side * side * 3;
  if (pixels.length !== n * bytes) {
    throw new UserError(
      `encodeImages: got ${pixels.length} bytes for ${n} pictures; [${n}, ${side}, ${side}, 3] needs ${n * bytes}.`,
    );
  }
  const result = new Float32Array(n * width);
  for (const { start, count, size } of splitBatches(n, run.batchSizes)) {
    const padded = new Uint8Array(size * bytes);
    padded.set(pixels.subarray(start * bytes, (start + count) * bytes));
    const embeds = await step(run, await run.programs.images(size), { pixels: padded });
    result.set(embeds.subarray(0, count * width), start * width);
  }
  return result;
}

interface TextRow {
  readonly index: number;
  readonly ids: Int32Array;
  readonly end: number;
}

/** Texts of equal bucket length together, so that one long title does not slow the others. */
function groupByLength(tokenizer: Tokenizer, texts: readonly string[]): Map<number, TextRow[]> {
  const groups = new Map<number, TextRow[]>();
  for (const [index, text] of texts.entries()) {
    const { ids, ends, length } = tokenizer.encode([text]);
    const group = groups.get(length) ?? [];
    groups.set(length, group);
    group.push({ index, ids, end: ends[0]! });
  }
  return groups;
}

/** Rows as a batch of `size`; rows of padding hold token 0 and end at column 0. */
function pack(rows: readonly TextRow[], size: number, length: number) {
  const ids = new Int32Array(size * length);
  const ends = new Int32Array(size);
  for (const [i, row] of rows.entries()) {
    ids.set(row.ids, i * length);
    ends[i] = row.end;
  }
  return { ids, ends };
}

/** Where the time of encoding texts goes, counted up by each call that is handed it. */
export interface TextTimings {
  tokeniseMs: number;
}

export interface TextBatches {
  readonly tokenizer: Tokenizer;
  readonly texts: readonly string[];
  readonly timings?: TextTimings | undefined;
}

/** Texts → `[n, D]` */
export async function encodeTextBatches(
  run: EncoderRun,
  { tokenizer, texts, timings }: TextBatches,
): Promise<Float32Array> {
  const width = run.parts.config.projectionDim;
  const result = new Float32Array(texts.length * width);
  const began = performance.now();
  const groups = groupByLength(tokenizer, texts);
  if (timings) timings.tokeniseMs += performance.now() - began;
  for (const [length, group] of groups) {
    for (const { start, count, size } of splitBatches(group.length, run.batchSizes)) {
      const rows = group.slice(start, start + count);
      const program = await run.programs.texts(size, length);
      const embeds = await step(run, program, pack(rows, size, length));
      for (const [i, { index }] of rows.entries()) {
        result.set(embeds.subarray(i * width, (i + 1) * width), index * width);
      }
    }
  }
  return result;
}
