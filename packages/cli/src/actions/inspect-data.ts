import { join, resolve } from "node:path";
import { createTokenizer, loadModel, makeDirectory, replaceFile } from "@cliptune/clip";
import { contactSheet, type Inspection, inspect, type Spread } from "@cliptune/datasets";
import type { Answer } from "../command.js";
import { interruptible } from "../interrupt.js";
import { modelDirectory } from "../model-directory.js";
import { createProgress } from "../progress.js";
import { type DataChoice, openData } from "./open-data.js";

export interface InspectDataOptions {
  readonly choice: DataChoice;
  /** Whose token limit counts. */
  readonly model: string | undefined;
  /** Only so many pairs. */
  readonly limit: number | undefined;
  /** Where the contact sheet goes. */
  readonly outDir: string;
}

/** Says what is in a data set, and draws some of it. */
export async function inspectData(options: InspectDataOptions): Promise<Answer> {
  const outDir = resolve(options.outDir);
  let skipped = 0;
  const set = await openData(options.choice, () => skipped++);
  const counting = await tokenCounter(options.model);
  const progress = createProgress({ label: "pictures" });
  const found = await interruptible("Stopping.", (signal) =>
    inspect(set, {
      ...counting,
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      signal,
      onProgress: (done) => progress.update(done, options.limit),
    }),
  ).finally(() => progress.stop());
  const { examples, ...json } = found;
  const sheet = join(outDir, "contact-sheet.jpg");
  if (examples.length > 0) {
    const bytes = await contactSheet(examples);
    await makeDirectory(outDir);
    await replaceFile(sheet, (file) => file.writeFile(bytes));
  }
  return {
    json: { ...json, incomplete: skipped, contactSheet: examples.length > 0 ? sheet : null },
    text: [
      ...describe(found, skipped),
      ...(examples.length > 0 ? [`contact sheet: ${sheet}`] : []),
      ...next(options.choice.data, found),
    ].join("\n"),
  };
}

/** A set without splits is dealt before anything is trained on it. */
const next = (data: string, { splits }: Inspection): string[] =>
  Object.keys(splits).length > 0
    ? []
    : [`Next: cliptune data split ${data} --out ${data.replace(/[/\\]+$/, "")}-split`];

/** Longer captions than this many tokens are counted as this long. */
const longest = 512;

async function tokenCounter(
  model: string | undefined,
): Promise<{ countTokens(text: string): number; tokenLimit: number }> {
  const { tokenizer, config } = await loadModel(await modelDirectory(model));
  const wide = createTokenizer(tokenizer.json, {
    contextLength: longest,
    vocabSize: config.text.vocabSize,
  });
  return {
    countTokens: (text) => wide.encode([text]).ends[0]! + 1,
    tokenLimit: tokenizer.contextLength,
  };
}

function describe(found: Inspection, skipped: number): string[] {
  const { captions, duplicates, broken, languages, splits } = found;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(", ");
  const rows: [string, string | undefined][] = [
    ["data", `${found.path} (${found.kind})`],
    [
      "pairs",
      `${found.pairs}${skipped > 0 ? `; ${skipped} more lack their picture or caption` : ""}`,
    ],
    ["splits", list(splits)],
    ["classes", found.labels > 0 ? String(found.labels) : ""],
    ["fields", found.fields.join(", ")],
    ["formats", list(found.formats)],
    ["width", spread(found.width, "pixels")],
    ["height", spread(found.height, "pixels")],
    ["captions", `${captions.count}, ${captions.distinctTitles} distinct titles`],
    ["tokens", spread(captions.tokens, `of ${captions.tokenLimit}`)],
    ["", captions.cut > 0 ? `${captions.cut} captions are longer and lose their end` : ""],
    [
      "languages",
      languages
        .filter(({ count }) => 100 * count >= found.pairs)
        .slice(0, 8)
        .map(({ name, count }) => `${name} ${share(count, found.pairs)}`)
        .join(", "),
    ],
    [
      "look-alikes",
      `${duplicates.pictures} pictures look like another, in ${duplicates.groups} groups`,
    ],
    [
      "",
      duplicates.acrossSplits > 0
        ? `${duplicates.acrossSplits} of the groups lie in several splits: cliptune data split deals them anew`
        : "",
    ],
    ...duplicates.first
      .slice(0, 3)
      .map((ids): [string, string] => ["", ids.slice(0, 4).join("  ")]),
    ["broken", String(broken.count)],
    ...broken.first.slice(0, 5).map(({ reason }): [string, string] => ["", reason]),
  ];
  return rows.flatMap(([name, value]) => (value ? [`${name.padEnd(12)} ${value}`] : []));
}

function spread(values: Spread | undefined, unit: string): string | undefined {
  if (!values) return undefined;
  const { least, median, p95, most } = values;
  if (least === most) return `${least} ${unit}`;
  return `${least} to ${most} ${unit}, half at most ${median}, 95 % at most ${p95}`;
}

const share = (n: number, all: number): string => `${((100 * n) / Math.max(1, all)).toFixed(0)} %`;
