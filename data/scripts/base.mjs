// npm run base -w data [-- --out DIR] [--cache DIR] [--size 96] [--fold 0] [--wide]
// Fetches the pre-training packages at pinned versions and draws the base set from them. --wide takes more packages and
// captions in seven languages, and writes texts that mean the same beside it (DIR-words.jsonl).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  BASE_PACKAGES,
  MEANING_PACKAGE,
  WIDE_PACKAGES,
  WORD_PACKAGE,
} from "../dist/base-packages.js";
import { basePictures } from "../dist/base-set.js";
import { checkOptions } from "../dist/materialise.js";
import { wordGroups } from "../dist/word-groups.js";
import { writeFolder } from "../dist/write-folder.js";

const home = fileURLToPath(new URL("../../.cliptune", import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: "string" },
    cache: { type: "string", default: join(home, "packages") },
    size: { type: "string", default: "96" },
    fold: { type: "string", default: "0" },
    wide: { type: "boolean", default: false },
  },
});
const pictured = values.wide ? [...BASE_PACKAGES, ...WIDE_PACKAGES] : BASE_PACKAGES;
const packages = [...pictured, WORD_PACKAGE, ...(values.wide ? [MEANING_PACKAGE] : [])];
const out = values.out ?? join(home, values.wide ? "base-wide" : "base");

function fetchPackages(cacheDir) {
  const missing = packages.filter(({ name, version }) => {
    const manifest = join(cacheDir, "node_modules", name, "package.json");
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version;
  });
  if (missing.length === 0) return;
  mkdirSync(cacheDir, { recursive: true });
  // All of them at once: npm prunes what is not named in a folder without package.json.
  const specs = packages.map(({ name, version }) => `${name}@${version}`);
  const flags = ["--no-save", "--ignore-scripts", "--no-package-lock", "--prefix", cacheDir];
  const { status } = spawnSync("npm", ["install", ...flags, ...specs], { stdio: "inherit" });
  if (status !== 0)
    throw new Error(`npm could not fetch ${missing.length} packages to ${cacheDir}.`);
}

try {
  const options = { size: Number(values.size), fold: Number(values.fold) };
  checkOptions(options);
  const cacheDir = resolve(values.cache);
  fetchPackages(cacheDir);
  const pictures = await basePictures(cacheDir, { fold: options.fold, wide: values.wide });
  const versions = pictured.map(({ name, version }) => `${name}@${version}`);
  const { dir, count } = await writeFolder(out, pictures, { size: options.size, versions });
  if (values.wide) {
    const lines = wordGroups(cacheDir).map((texts) => `${JSON.stringify(texts)}\n`);
    writeFileSync(`${dir}-words.jsonl`, lines.join(""));
  }
  console.log(JSON.stringify({ dir, count }));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
