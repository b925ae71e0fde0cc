// Puts the tables of a run into the package's README, between its marks:
//   node packages/engine/test/tfjs-suite/run-suite.mjs RESULTS.json
//   node packages/engine/test/tfjs-suite/write-table.mjs RESULTS.json
import { readFileSync, writeFileSync } from "node:fs";
import { insertTables } from "./report.mjs";

const results = JSON.parse(readFileSync(process.argv[2], "utf8"));
const readme = new URL("../../README.md", import.meta.url);
writeFileSync(readme, insertTables(readFileSync(readme, "utf8"), results));
