import type { Arrays, Data, NdArray, Program, ProgramDefinition } from "@cliptune/engine";
import type { TrainConfig } from "./config.js";
import { lossOf } from "./forward.js";
import {
  backwardClassesStep,
  backwardStep,
  contrastStep,
  embedClassesStep,
  embeddingSpecs,
  embedStep,
  gatherStep,
  updateStep,
} from "./grad-cache.js";
import { lossInputs, pick, type StepShape, towerInputs } from "./step-inputs.js";
import type { Trainable } from "./trainable.js";

type Inputs = Readonly<Record<string, Data>>;

/** Compiles what was not compiled yet. */
export type ProgramFor = (definition: ProgramDefinition) => Promise<Program>;

interface Parts {
  readonly trainable: Trainable;
  readonly config: TrainConfig;
  readonly programFor: ProgramFor;
  /** Of a batch that is contrasted as a whole. */
  readonly shape: StepShape;
}

/** Whether a step is more than one program. */
export const isLarge = ({ accumulate, microBatchSize, batchSize }: TrainConfig): boolean =>
  accumulate > 1 || (microBatchSize ?? batchSize) < batchSize;

/**
 * A step of `accumulate` batches, each in micro-batches when these are smaller: gathers the gradients
 * of all, then updates once.
 *
 * @param inputs rows of all batches; batch g has the rows g, g + accumulate, …, so that each has its
 *   share of every data set
 * @param scalars of the optimizer
 * @returns `loss`, its terms and `gradNorm`, each `[]`: means over the batches
 */
export async function largeStep(parts: Parts, inputs: Inputs, scalars: Inputs): Promise<Arrays> {
  const { config, trainable, programFor } = parts;
  const sums = await gatherGradients(parts, inputs);
  const updated = await (await programFor(updateStep(trainable, config))).step(scalars);
  return { ...sums, ...updated };
}

/** Leaves the step's gradients in the state, as `gradient.<name>`. */
export async function gatherGradients(parts: Parts, inputs: Inputs): Promise<Arrays> {
  const { config } = parts;
  const { accumulate, batchSize } = config;
  const micro = config.microBatchSize ?? batchSize;
  const results: Arrays[] = [];
  for (let g = 0; g < accumulate; g++) {
    const rows = Array.from({ length: batchSize }, (_, i) => i * accumulate + g);
    const batch = rowsOf(inputs, batchSize * accumulate, rows);
    const seeded = { ...batch, ...seedOf(inputs, g * Math.ceil(batchSize / micro)) };
    results.push(await (micro < batchSize ? cached(parts, seeded) : whole(parts, seeded)));
  }
  return meanOf(results);
}

async function whole({ trainable, config, programFor, shape }: Parts, batch: Inputs) {
  const definition = gatherStep(trainable, config, shape);
  return (await programFor(definition)).step(pick(definition.inputs, batch));
}

/** GradCache's three passes. */
async function cached({ trainable, config, programFor, shape }: Parts, batch: Inputs) {
  const { batchSize } = shape;
  const size = config.microBatchSize!;
  const small = { ...shape, batchSize: size, classes: undefined };
  const { needs } = lossOf(config);
  const micros = Array.from({ length: batchSize / size }, (_, i) => {
    const rows = Array.from({ length: size }, (_, k) => i * size + k);
    return { rows, inputs: { ...rowsOf(batch, batchSize, rows), ...seedOf(batch, i) } };
  });
  const embed = await programFor(embedStep(trainable, config, small));
  const specs = towerInputs(small, needs);
  const embeddings: Record<string, Float32Array> = Object.fromEntries(
    Object.keys(embeddingSpecs(small, config)).map((name) => [
      name,
      new Float32Array(batchSize * shape.dimension),
    ]),
  );
  for (const [i, { inputs }] of micros.entries()) {
    const found = await embed.step(pick(specs, inputs));
    for (const [name, rows] of Object.entries(embeddings)) {
      rows.set(found[name]!.data as Float32Array, i * size * shape.dimension);
    }
  }
  const prompts = await cachedClasses({ trainable, config, programFor, shape }, batch);
  const contrast = await programFor(contrastStep(trainable, config, shape));
  const outputs = await contrast.step({
    ...{ ...embeddings, ...prompts.embeddings },
    ...pick(lossInputs(shape, needs), batch),
  });
  const isSlope = (name: string): boolean => name.startsWith("slope.");
  const { "slope.classes": ofClasses, ...slopes } = Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { data }]) => (isSlope(name) ? [[name, data]] : [])),
  );
  const backward = await programFor(backwardStep(trainable, config, small));
  for (const { rows, inputs } of micros) {
    await backward.step({ ...pick(specs, inputs), ...rowsOf(slopes, batchSize, rows) });
  }
  await prompts.backward(ofClasses as Float32Array);
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !isSlope(name)));
}

/** The same passes over the prompts of classes, a micro-batch's number at a time. */
async function cachedClasses({ trainable, config, programFor, shape }: Parts, batch: Inputs) {
  const { classes, dimension } = shape;
  if (!classes) return { embeddings: {}, backward: () => Promise.resolve() };
  const { count, length } = classes;
  const chunks = Array.from({ length: Math.ceil(count / config.microBatchSize!) }, (_, i) => {
    const start = i * config.microBatchSize!;
    const end = Math.min(count, start + config.microBatchSize!);
    const inputs = {
      classIds: batch["classIds"]!.subarray(start * length, end * length),
      classEnds: batch["classEnds"]!.subarray(start, end),
      ...seedOf(batch, i),
    };
    return { start, end, inputs, shape: { count: end - start, length } };
  });
  const embedded = new Float32Array(count * dimension);
  for (const { start, inputs, shape } of chunks) {
    const program = await programFor(embedClassesStep(trainable, config, shape));
    const { classes: found } = await program.step(inputs);
    embedded.set(found!.data as Float32Array, start * dimension);
  }
  return {
    embeddings: { classes: embedded },
    async backward(slopes: Float32Array): Promise<void> {
      for (const { start, end, inputs, shape } of chunks) {
        const program = await programFor(backwardClassesStep(trainable, config, shape));
        const slope = slopes.subarray(start * dimension, end * dimension);
        await program.step({ ...inputs, "slope.classes": slope });
      }
    },
  };
}

/** Seeds of micro-batches lie apart, further than those of a batch's several encodings (`forward.ts`). */
const seedOf = ({ seed }: Inputs, place: number): Inputs => ({
  seed: Float32Array.of(seed![0]! + 5000 * place),
});

/** Inputs that have no row a pair. */
const shared: readonly string[] = ["seed", "classIds", "classEnds"];

/** Some rows of every input that has a row a pair, and the others whole. */
function rowsOf(inputs: Inputs, total: number, rows: readonly number[]): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => {
      if (shared.includes(name)) return [name, data];
      const width = data.length / total;
      const taken = new (data.constructor as Float32ArrayConstructor)(rows.length * width);
      for (const [i, row] of rows.entries()) {
        taken.set(data.subarray(row * width, (row + 1) * width) as Float32Array, i * width);
      }
      return [name, taken as Data];
    }),
  );
}

function meanOf(results: readonly Arrays[]): Arrays {
  return Object.fromEntries(
    Object.keys(results[0]!).map((name): [string, NdArray] => {
      const sum = results.reduce((total, result) => total + result[name]!.data[0]!, 0);
      const data = Float32Array.of(sum / results.length);
      return [name, { dtype: "float32", shape: [], data }];
    }),
  );
}
