// Builds everything: tfjs's gradients bundled, TypeScript compiled, and (unless --no-web) the search page.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { rootDir, runStep } from "./run-step.mjs";

const known = ["--no-web"];
const unknown = process.argv.slice(2).find((argument) => !known.includes(argument));
if (unknown !== undefined) {
  console.error(`error: unknown flag ${unknown}; known: ${known.join(", ")}`);
  process.exit(2);
}

const engine = join(rootDir, "packages/engine");
if (!existsSync(join(engine, "dist/gradients.js"))) {
  runStep(process.execPath, [join(engine, "scripts/bundle-gradients.mjs")]);
}
// tsc knows by itself what is up to date: 0.1 s when all is.
runStep(process.execPath, [join(rootDir, "node_modules/typescript/bin/tsc"), "-b"]);
if (!process.argv.includes("--no-web")) {
  const next = join(rootDir, "node_modules/next/dist/bin/next");
  runStep(process.execPath, [next, "build"], {
    cwd: join(rootDir, "apps/web"),
    env: { NEXT_TELEMETRY_DISABLED: "1" },
  });
}
