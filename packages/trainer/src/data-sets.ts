import { UserError } from "@cliptune/engine";
import { fillCaptions } from "./captions.js";
import type { DataSource, TrainConfig, TrainSource } from "./config.js";
import { type Pair, readFolder } from "./folder.js";
import type { WeightedPairs } from "./sampler.js";
import { subset } from "./subset.js";
import { readVectors } from "./vectors.js";

export interface DataSets {
  readonly train: readonly WeightedPairs[];
  readonly evaluate: {
    readonly inDomain?: readonly Pair[];
    readonly outOfDomain?: readonly Pair[];
  };
}

/** Reads every folder that the configuration names. @throws UserError as `readFolder` */
export async function loadDataSets({ data, batchSize, seed }: TrainConfig): Promise<DataSets> {
  const train = await Promise.all(
    data.train.map(async (source) => ({
      pairs: subset(await readSaid(source), source, seed),
      weight: source.weight,
    })),
  );
  const { inDomain, outOfDomain } = data.evaluate;
  const evaluate = {
    ...(inDomain && { inDomain: await read(inDomain) }),
    ...(outOfDomain && { outOfDomain: await read(outOfDomain) }),
  };
  checkSize(train, batchSize);
  return { train, evaluate };
}

/** @throws UserError when a batch is larger than all the training data */
export function checkSize(train: readonly WeightedPairs[], batchSize: number): void {
  const count = train.reduce((n, { pairs }) => n + pairs.length, 0);
  if (count === 0)
    throw new UserError("The training data is empty; it must hold at least two pairs.");
  if (count < batchSize) {
    throw new UserError(
      `The training data has ${count} pairs but batchSize is ${batchSize}; set batchSize to at most ${count}.`,
    );
  }
}

/** The pairs with the captions that the source wants. */
async function readSaid(source: TrainSource): Promise<Pair[]> {
  const pairs = source.vectors ? await readVectors(source.vectors) : await read(source);
  return source.captions
    ? fillCaptions(pairs, source.captions, source.path ?? source.vectors!)
    : pairs;
}

function read({ path, set, split }: DataSource): Promise<Pair[]> {
  if (path === undefined) {
    throw new UserError(
      `The bundled set "${set}" must be made a folder before training; give its path.`,
    );
  }
  return readFolder(path, split === undefined ? {} : { split });
}
