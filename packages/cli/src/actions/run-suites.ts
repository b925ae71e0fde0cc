import { join, resolve } from "node:path";
import type { Encoder } from "@cliptune/clip";
import { materialise, translatedTitles } from "@cliptune/data";
import type { Engine } from "@cliptune/engine";
import {
  encodePictures,
  engineProducts,
  type InnerProducts,
  type Pair,
  prepareEvaluation,
  type Rows,
  readFolder,
} from "@cliptune/trainer";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { chanceAt, queriesOf, recallOf } from "../suites/measure.js";
import { foldCount, type Suite, suiteNames, suites } from "../suites/suites.js";
import { meanOf, type SuiteResult, suiteTable, withIntervals } from "../suites/table.js";
import { UsageError } from "../usage-error.js";
import { withBaseAndTuned } from "./base-and-tuned.js";

export interface SuitesOptions {
  /** "all", or names with commas between. */
  readonly suites: string;
  /** `{fold}` in the run, or adapter, stands for 0 to 4: five runs, each trained without its fold of the signs. */
  readonly choice: ModelChoice;
  readonly engine: string;
  readonly dataDir: string;
}

/** The benchmark that comes with the bundled sets: the base, and the tuned model where one is given. */
export async function runSuites(options: SuitesOptions): Promise<Answer> {
  const chosen = chooseSuites(options.suites);
  const folded = isFolded(options.choice);
  const results = await withEngine(options.engine, async (engine) => {
    const { products, dispose } = engineProducts(engine);
    try {
      const all: SuiteResult[] = [];
      const folds = folded ? [...Array(foldCount).keys()] : [0];
      for (const fold of folds) {
        const mine = chosen.filter((suite) => !folded || belongs(suite, fold));
        const parts = {
          ...options,
          engine,
          products,
          choice: atFold(options.choice, fold),
          folded,
        };
        if (mine.length > 0) all.push(...(await measureAll(mine, parts)));
      }
      return all;
    } finally {
      await dispose();
    }
  });
  const rows = summarise(results, folded);
  return { json: { suites: rows.map(withIntervals) }, text: suiteTable(rows) };
}

function chooseSuites(text: string): Suite[] {
  if (text === "all") return [...suites];
  const names = text.split(",").map((name) => name.trim().toUpperCase());
  for (const name of names) {
    if (!suiteNames.includes(name)) {
      throw new UsageError(`unknown suite ${name}`, { name, known: ["all", ...suiteNames] });
    }
  }
  return suites.filter(({ name }) => names.includes(name));
}

const place = "{fold}";

const isFolded = ({ run, adapter }: ModelChoice): boolean => (run ?? adapter ?? "").includes(place);

/** With a run a fold, each measures its own fold of the signs, and the first one all else. */
const belongs = (suite: Suite, fold: number): boolean => suite.fold === fold;

function atFold(choice: ModelChoice, fold: number): ModelChoice {
  const { run, adapter } = choice;
  return {
    ...choice,
    ...(run === undefined ? {} : { run: run.replaceAll(place, String(fold)) }),
    ...(adapter === undefined ? {} : { adapter: adapter.replaceAll(place, String(fold)) }),
  };
}

interface Parts {
  readonly engine: Engine;
  readonly products: InnerProducts;
  readonly choice: ModelChoice;
  readonly dataDir: string;
  readonly folded: boolean;
}

async function measureAll(chosen: readonly Suite[], parts: Parts): Promise<SuiteResult[]> {
  const { engine, choice, products } = parts;
  return withBaseAndTuned(engine, choice, async (models, model) => {
    const pictures = new Map<string, Promise<Rows>>();
    const results: SuiteResult[] = [];
    for (const suite of chosen) {
      const pairs = await pairsOf(suite, parts.dataDir);
      console.error(`${suite.name} ${suite.what} …`);
      for (const { name, use } of models) {
        // A run that was trained on the signs of fold 0's complement has seen what the other folds hold out.
        if (name === "tuned" && !parts.folded && suite.fold !== 0) continue;
        const encoder = use();
        const key = [name, suite.set, suite.split, suite.fold].join();
        if (!pictures.has(key)) {
          const set = prepareEvaluation(pairs, model);
          pictures.set(
            key,
            encodePictures(encoder, set).then(({ rows }) => rows),
          );
        }
        const made = { pictures: await pictures.get(key)!, products };
        results.push(await measure(encoder, { suite, pairs, name, ...made }));
      }
    }
    return results;
  });
}

/** The suite's pictures; folds of the signs are folders of their own. */
async function pairsOf({ set, split, fold }: Suite, dataDir: string): Promise<Pair[]> {
  const dir = join(resolve(dataDir), fold === 0 ? set : `${set}-fold-${fold}`);
  await materialise(set, dir, { fold });
  return readFolder(dir, { split });
}

interface Measured {
  readonly suite: Suite;
  readonly pairs: readonly Pair[];
  readonly name: "base" | "tuned";
  readonly pictures: Rows;
  readonly products: InnerProducts;
}

async function measure(
  encoder: Encoder,
  { suite, pairs, name, pictures, products }: Measured,
): Promise<SuiteResult> {
  const titles = suite.language && translatedTitles(suite.language);
  const queries = queriesOf(pairs.map(({ title }) => (titles ? titles.get(title) : title)));
  const chance = (k: number) => chanceAt(k, queries, pairs.length);
  return {
    ...{ suite: suite.name, what: suite.what, model: name, n: queries.length },
    pictures: pairs.length,
    ...(await recallOf(encoder, queries, { pictures, products })),
    chance: { r1: chance(1), r5: chance(5), r10: chance(10) },
  };
}

/** The signs' five folds become their mean; of a single run, its fold 0 stays beside it. */
function summarise(results: readonly SuiteResult[], folded: boolean): SuiteResult[] {
  const rows: SuiteResult[] = [];
  const signs = results.filter(({ suite }) => suite === "S1");
  const tuned = signs.filter(({ model }) => model === "tuned");
  if (tuned.length > 0 && !folded) {
    rows.push(
      signs.find(({ what, model }) => model === "base" && what === tuned[0]!.what)!,
      ...tuned,
    );
  }
  const what = `signs, kinds held out, mean of ${foldCount} folds`;
  for (const model of ["base", "tuned"] as const) {
    const folds = signs.filter((result) => result.model === model);
    if (folds.length === foldCount) rows.push(meanOf(folds, what));
  }
  return [...rows, ...results.filter(({ suite }) => suite !== "S1")];
}
