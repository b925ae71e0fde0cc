import { readFileSync } from "node:fs";
import { type Command, group } from "../command.js";
import { adapter } from "./adapter.js";
import { dataAdd } from "./data-add.js";
import { dataInspect } from "./data-inspect.js";
import { dataSplit } from "./data-split.js";
import { doctor } from "./doctor.js";
import { encode } from "./encode.js";
import { evaluate } from "./evaluate.js";
import { indexBuild } from "./index-build.js";
import { indexExport } from "./index-export.js";
import { indexImport } from "./index-import.js";
import { indexMap } from "./index-map.js";
import { indexReindex } from "./index-reindex.js";
import { indexStrengths } from "./index-strengths.js";
import { indexUpdate } from "./index-update.js";
import { indexWatch } from "./index-watch.js";
import { lrFind } from "./lr-find.js";
import { params } from "./params.js";
import { pull } from "./pull.js";
import { search } from "./search.js";
import { serve } from "./serve.js";
import { settings } from "./settings.js";
import { sweep } from "./sweep.js";
import { train } from "./train.js";

const manifest = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

export const version = manifest.version;

/** The tree of commands. */
export const root: Command = group({
  name: "cliptune",
  description: "Fine-tune CLIP on your own thumbnails, and search them by text",
  version,
  examples: [
    "cliptune data add signs",
    "cliptune index build signs",
    'cliptune search "no bicycles" -k 5',
    "cliptune train my.yaml --out runs/first",
  ],
  subCommands: {
    train,
    settings,
    "lr-find": lrFind,
    evaluate,
    sweep,
    adapter,
    index: group({
      name: "index",
      description: "Make the index that search and serve read",
      examples: ["cliptune index build ./thumbnails --run runs/first"],
      subCommands: {
        build: indexBuild,
        update: indexUpdate,
        watch: indexWatch,
        reindex: indexReindex,
        strengths: indexStrengths,
        export: indexExport,
        import: indexImport,
        map: indexMap,
      },
    }),
    search,
    serve,
    encode,
    params,
    pull,
    data: group({
      name: "data",
      description: "Look into data sets, split them, write the bundled ones",
      examples: ["cliptune data inspect ./thumbnails", "cliptune data add signs --out ./signs"],
      subCommands: { inspect: dataInspect, split: dataSplit, add: dataAdd },
    }),
    doctor,
  },
});
