import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Comparison, Searcher, StrengthsFacts } from "@/lib/contract";
import { readEnvironment } from "../environment.mjs";

type Package = typeof import("@cliptune/index");
type Opened = Awaited<ReturnType<Package["openStrengths"]>>;
type Engine = Parameters<Package["openStrengths"]>[1]["engine"];

interface StrengthsParts {
  readonly dir: string;
  readonly version: string;
  /** The searcher's, which both share. */
  readonly engine: Engine;
}

/** The vectors at several strengths beside an index, opened when first asked for and anew when they were made anew. */
export function strengthsOf({ dir, version, engine }: StrengthsParts): Pick<
  Searcher,
  "strengths" | "compare"
> & {
  close(): Promise<void>;
} {
  let stamp: string | undefined;
  let opening: Promise<Opened> | undefined;
  const open = async (): Promise<Opened> => {
    const { openStrengths }: Package = await import(/* turbopackIgnore: true */ "@cliptune/index");
    const { model } = readEnvironment();
    return openStrengths(dir, {
      engine,
      ...(model === undefined ? {} : { modelOverride: { path: model } }),
    });
  };
  const current = async (): Promise<Opened> => {
    const path = join(dir, "strengths", version, "strengths.json");
    const now = await stat(/* turbopackIgnore: true */ path).then(
      ({ ino, mtimeMs }) => `${ino}:${mtimeMs}`,
      () => "none",
    );
    if (opening && now === stamp) return opening;
    const before = opening;
    stamp = now;
    opening = open();
    opening.catch(() => {
      stamp = undefined; // asked again, it is tried again
    });
    before?.then((opened) => opened.close()).catch(() => undefined);
    return opening;
  };
  return {
    async strengths(): Promise<StrengthsFacts> {
      const { strengths, recall } = (await current()).manifest;
      return { strengths, recall };
    },
    async compare(text, options): Promise<Comparison> {
      const { base, tuned, timings } = await (await current()).compare(text, options);
      return { base, tuned, timings: { encode: timings.encodeMs, search: timings.searchMs } };
    },
    close: async () => {
      await opening?.then(
        (opened) => opened.close(),
        () => undefined,
      );
    },
  };
}
