import { UserError } from "@cliptune/engine";
import { configSchema, type Setting, settings } from "@cliptune/trainer";
import type { Answer } from "../command.js";

/** The keys of a training configuration, a paragraph for each section; with --json, their JSON Schema for editors. */
export function listSettings(word: string | undefined): Answer {
  const all = settings();
  const found = word === undefined ? all : all.filter(({ path }) => path.includes(word));
  if (found.length === 0) {
    const sections = [...new Set(all.map(sectionOf))].join(", ");
    throw new UserError(`No key has "${word}" in it; the sections are: ${sections}.`);
  }
  const width = Math.max(...found.map(({ path }) => path.length));
  const lines = found.flatMap((setting, i) => [
    ...(i > 0 && beginsSection(setting, found[i - 1]!) ? [""] : []),
    lineOf(setting, width),
  ]);
  return { json: configSchema(), text: lines.join("\n") };
}

const sectionOf = ({ path }: Setting): string => /^\w+/.exec(path)![0];

/** Keys that hold no others follow one another without a gap. */
const beginsSection = (setting: Setting, before: Setting): boolean =>
  sectionOf(setting) !== sectionOf(before) && [setting, before].some((each) => isNested(each));

const isNested = ({ path }: Setting): boolean => /[.[]/.test(path);

function lineOf({ path, takes, default: given, about }: Setting, width: number): string {
  const parts = [takes, ...(given === undefined ? [] : [`default ${given}`])].join("; ");
  return `${path.padEnd(width)}  ${parts}${about === "" ? "" : ` · ${about}`}`;
}
