import * as losses from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import type { LossName, LossTerm, TermOf } from "./loss-config.js";

/** Unit-norm embeddings `[B, D]` of a batch under the network that is trained. */
export interface Embedded {
  readonly image: tf.Tensor2D;
  readonly text: tf.Tensor2D;
  /** Two more views of each picture. */
  readonly views?: readonly [tf.Tensor2D, tf.Tensor2D];
  /** The texts a second time: under other dropout, or other captions. */
  readonly texts?: tf.Tensor2D;
  /** `[n, D]` twice: texts without pictures, row i of both meaning the same. */
  readonly pairs?: readonly [tf.Tensor2D, tf.Tensor2D];
  /** `[C, D]` a prompt of each class. */
  readonly classes?: tf.Tensor2D;
}

/** What the terms take beside the embeddings. */
export interface Beside {
  /** `[]` inverse temperature. */
  readonly logitScale: tf.Scalar;
  /** `[]` SigLIP's. */
  readonly logitBias?: tf.Scalar;
  /** `[B, B]` of 0 and 1: pictures of one title, and pictures given one caption. */
  readonly positives: tf.Tensor2D;
  /** `[n, n]` of 0 and 1, for `pairs`. */
  readonly pairPositives?: tf.Tensor2D;
  /** `[B]` int32, the class of each picture. */
  readonly labels?: tf.Tensor1D;
  /** The untuned base's embeddings, `[B, D]` twice. */
  readonly teacher?: losses.Embeddings;
}

export interface Objective {
  /** `[]` the weighted sum. */
  readonly loss: tf.Scalar;
  /** `[]` each term by its name, before its weight. */
  readonly terms: Readonly<Record<string, tf.Scalar>>;
}

/** The weighted sum of a configuration's loss terms. */
export function objective(
  embedded: Embedded,
  beside: Beside,
  terms: readonly LossTerm[],
): Objective {
  const values = terms.map((term) => ({
    term,
    value: evaluate(term, embedded, beside) as tf.Scalar,
  }));
  const weighted = values.map(({ term, value }) =>
    term.weight === 1 ? value : tf.mul(value, term.weight),
  );
  return {
    loss: weighted.reduce((sum, value) => tf.add(sum, value)) as tf.Scalar,
    terms: Object.fromEntries(values.map(({ term, value }) => [term.name, value])),
  };
}

type Evaluation<N extends LossName> = (
  term: TermOf<N>,
  embedded: Embedded,
  beside: Beside,
) => tf.Tensor;

const evaluate = <N extends LossName>(
  term: TermOf<N>,
  embedded: Embedded,
  beside: Beside,
): tf.Tensor => (evaluations[term.name] as Evaluation<N>)(term, embedded, beside);

const evaluations: { readonly [N in LossName]: Evaluation<N> } = {
  infoNce: ({ falseNegatives: margin }, { image, text }, { logitScale, positives, teacher }) => {
    const excluded =
      margin === undefined
        ? undefined
        : ([
            losses.falseNegatives(teacher!.image, teacher!.text, margin),
            losses.falseNegatives(teacher!.text, teacher!.image, margin),
          ] as const);
    return losses.infoNce(image, text, logitScale, { positives, excluded });
  },
  classCrossEntropy: (_, { image, classes }, { logitScale, labels }) =>
    losses.classCrossEntropy(image, classes!, labels!, logitScale),
  siglip: (_, { image, text }, { logitScale, logitBias, positives }) =>
    losses.siglip(image, text, { logitScale, logitBias: logitBias! }, positives),
  decoupledNce: (_, { image, text }, { logitScale, positives }) =>
    losses.decoupledNce(image, text, logitScale, positives),
  hardNegativeNce: ({ beta }, { image, text }, { logitScale, positives }) =>
    losses.hardNegativeNce(image, text, logitScale, { beta, positives }),
  infoNceAlignment: (_, { image, text }, { logitScale }) =>
    losses.infoNceAlignment(image, text, logitScale),
  infoNceUniformity: ({ of }, { image, text }, { logitScale }) =>
    ofSides(of, {
      image: () => losses.infoNceUniformity(image, text, logitScale),
      text: () => losses.infoNceUniformity(text, image, logitScale),
    }),
  alignment: ({ alpha }, { image, text }) => losses.alignment(image, text, alpha),
  uniformity: ({ of, t }, { image, text }) =>
    ofSides(of, {
      image: () => losses.uniformity(image, t),
      text: () => losses.uniformity(text, t),
    }),
  ntXent: ({ temperature }, { views }) =>
    losses.ntXent(views![0], views![1], tf.scalar(1 / temperature)),
  simCse: ({ temperature }, { text, texts }, { positives }) =>
    losses.simCse(text, texts!, tf.scalar(1 / temperature), positives),
  textPairs: ({ temperature }, { pairs }, { pairPositives }) =>
    losses.infoNce(pairs![0], pairs![1], tf.scalar(1 / temperature), { positives: pairPositives }),
  supCon: ({ temperature, of }, { image, text }, { positives }) =>
    ofSides(of, {
      image: () => losses.supCon(image, tf.scalar(1 / temperature), positives),
      text: () => losses.supCon(text, tf.scalar(1 / temperature), positives),
    }),
  embeddingMse: ({ of }, { image, text }, { teacher }) =>
    ofSides(of, {
      image: () => losses.embeddingMse(image, teacher!.image),
      text: () => losses.embeddingMse(text, teacher!.text),
    }),
  embeddingCosine: ({ of }, { image, text }, { teacher }) =>
    ofSides(of, {
      image: () => losses.embeddingCosine(image, teacher!.image),
      text: () => losses.embeddingCosine(text, teacher!.text),
    }),
  similarityMse: (_, { image, text }, { teacher }) =>
    losses.similarityMse({ image, text }, teacher!),
};

/** One side's value, or the mean of both. */
function ofSides(
  of: "both" | "image" | "text",
  side: Readonly<Record<"image" | "text", () => tf.Tensor>>,
): tf.Tensor {
  return of === "both" ? tf.mul(tf.add(side.image(), side.text()), 0.5) : side[of]();
}
