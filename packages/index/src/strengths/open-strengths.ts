import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createEncoder, loadAdapter, loadModel } from "@cliptune/clip";
import { type Engine, UserError } from "@cliptune/engine";
import { createBest, innerProduct } from "../exact-search.js";
import { readManifest } from "../manifest.js";
import { locateModel, type ModelOverride } from "../model-reference.js";
import {
  idsName,
  readStrengthsManifest,
  type StrengthsManifest,
  strengthsHome,
  vectorsName,
} from "./strengths-files.js";

/** A picture among the closest at one strength. */
export interface PlacedHit {
  readonly id: string;
  /** Cosine of query and picture, both encoded at this strength. */
  readonly score: number;
  /** Its place at the other strength, 1 for the best. */
  readonly otherRank: number;
}

/** What a query finds with the untuned base, and with the adapter at a strength. */
export interface Comparison {
  readonly base: readonly PlacedHit[];
  readonly tuned: readonly PlacedHit[];
  /** Milliseconds in the model and among the vectors. */
  readonly timings: { readonly encodeMs: number; readonly searchMs: number };
}

export interface Strengths {
  readonly manifest: StrengthsManifest;
  /** @throws UserError when the strength is none of those computed, or the query is empty */
  compare(
    text: string,
    options: { readonly strength: number; readonly k: number },
  ): Promise<Comparison>;
  close(): Promise<void>;
}

/**
 * Opens what `writeStrengths` has made for the index's present version, with the model and its adapter.
 *
 * @throws UserError when there is nothing of that version, or the model is not where it was
 */
export async function openStrengths(
  dir: string,
  { engine, modelOverride }: { readonly engine: Engine; readonly modelOverride?: ModelOverride },
): Promise<Strengths> {
  const { version } = await readManifest(dir);
  const manifest = await readStrengthsManifest(dir, version);
  const home = strengthsHome(dir, version);
  const { path, adapter } = await locateModel(dir, manifest.model, modelOverride);
  if (adapter === undefined) throw new UserError(`The strengths at ${home} name no adapter.`);
  const model = await loadModel(path);
  const encoder = await createEncoder(engine, model, {
    adapter: await loadAdapter(adapter, model),
    strength: 0,
    batchSizes: [1],
  });
  if (encoder.fingerprint !== manifest.fingerprints[0]) {
    await encoder.dispose();
    throw new UserError(
      `The model at ${path} is another one than that which made ${home}; make them again with \`cliptune index strengths ${dir} --run RUN\`.`,
    );
  }
  const ids = JSON.parse(await readFile(join(home, idsName), "utf8")) as string[];
  const known = new Map<number, Promise<Float32Array>>(); // [n, D] by strength
  const vectorsAt = (strength: number) => {
    const vectors = known.get(strength) ?? readRows(home, strength, manifest);
    known.set(strength, vectors);
    vectors.catch(() => known.delete(strength));
    return vectors;
  };
  return {
    manifest,
    async compare(text, { strength, k }) {
      if (text.trim() === "") throw new UserError("The query is empty; say what to look for.");
      if (!manifest.strengths.includes(strength)) {
        throw new UserError(
          `Strength ${strength} was not computed; there are ${manifest.strengths.join(", ")}.`,
        );
      }
      const start = performance.now();
      const [base, tuned] = await Promise.all(
        [0, strength].map((at) => {
          encoder.setStrength(at); // holds for the call that follows
          return encoder.encodeTexts([text]);
        }),
      );
      const encoded = performance.now();
      const baseScores = await scoresOf(await vectorsAt(0), base!);
      const tunedScores = await scoresOf(await vectorsAt(strength), tuned!);
      return {
        base: closest(baseScores, tunedScores, { ids, k }),
        tuned: closest(tunedScores, baseScores, { ids, k }),
        timings: { encodeMs: encoded - start, searchMs: performance.now() - encoded },
      };
    },
    close: () => encoder.dispose(),
  };
}

async function readRows(
  home: string,
  strength: number,
  { count, dimension }: StrengthsManifest,
): Promise<Float32Array> {
  const path = join(home, vectorsName(strength));
  const bytes = await readFile(path);
  if (bytes.length !== 4 * count * dimension) {
    throw new UserError(
      `${path} has ${bytes.length} bytes; it must have ${4 * count * dimension}. Make it again with cliptune index strengths.`,
    );
  }
  if (bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, count * dimension);
  return new Float32Array(Uint8Array.from(bytes).buffer); // a small file's bytes lie anywhere in a pool
}

/** Multiplications between turns of the event loop: some 5 ms. */
const slice = 2 ** 22;

/** `[n]` cosines of unit rows `[n, D]` and a unit vector `[D]` */
async function scoresOf(rows: Float32Array, query: Float32Array): Promise<Float32Array> {
  const dimension = query.length;
  const scores = new Float32Array(rows.length / dimension);
  const turn = Math.max(1, Math.floor(slice / dimension));
  for (let row = 0; row < scores.length; row++) {
    if (row % turn === turn - 1) await nextTurn();
    scores[row] = innerProduct(rows, row * dimension, query);
  }
  return scores;
}

function closest(
  scores: Float32Array,
  others: Float32Array,
  { ids, k }: { readonly ids: readonly string[]; readonly k: number },
): PlacedHit[] {
  const best = createBest(k);
  for (let row = 0; row < scores.length; row++) best.offer(row, scores[row]!);
  return best
    .sorted()
    .map(({ label, score }) => ({ id: ids[label]!, score, otherRank: rankOf(label, others) }));
}

/** 1 and how many are better; of equals, those before it. */
function rankOf(row: number, scores: Float32Array): number {
  const own = scores[row]!;
  let rank = 1;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! > own || (scores[i] === own && i < row)) rank += 1;
  }
  return rank;
}
