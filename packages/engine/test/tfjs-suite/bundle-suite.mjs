import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const core = join(dirname(require.resolve("@tensorflow/tfjs-core/package.json")), "dist");

/** Tests of browsers, files and the network, of the environment's flags, and of the test helpers themselves. */
const foreign =
  /^(io|platforms)\/|^(browser_util|device_util|flags|environment|version|jasmine_util)_/;

/** The shipped test files that are about operators, gradients, tensors and optimizers. */
export async function suiteFiles() {
  const all = await readdir(core, { recursive: true });
  return all.filter((path) => path.endsWith("_test.js") && !foreign.test(path)).sort();
}

/** The tests ask for jasmine-core by a path that only its older versions have: they get the one installed. */
const installedJasmine = {
  name: "installed-jasmine",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^jasmine-core\// }, () => ({ path: "jasmine", namespace: "installed" }));
    onLoad({ filter: /.*/, namespace: "installed" }, () => ({
      contents: "module.exports = { core: () => globalThis.jasmine };",
    }));
  },
};

/** `import "suite-file:PATH"` says which test file comes next. */
const fileMarks = {
  name: "file-marks",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^suite-file:/ }, ({ path }) => ({ path, namespace: "marks" }));
    onLoad({ filter: /.*/, namespace: "marks" }, ({ path }) => ({
      contents: `globalThis.suiteFile = ${JSON.stringify(path.slice("suite-file:".length))};`,
    }));
  },
};

/** Writes one module with the tests, tfjs-core's own modules, and the engine upon these same modules. */
export async function bundleSuite(outfile) {
  const files = await suiteFiles();
  const imports = [
    join(here, "environment.mjs"),
    ...files.flatMap((path) => [`suite-file:${path}`, join(core, path)]),
  ];
  await build({
    stdin: {
      contents: imports.map((path) => `import ${JSON.stringify(path)};`).join("\n"),
      resolveDir: here,
    },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
    legalComments: "none",
    mainFields: ["module", "main"], // tfjs-core's modules, which the tests import too
    ignoreAnnotations: true, // its package.json says that tests have no effects
    external: ["onnxruntime-node", "onnxruntime-node/*", "koffi"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    plugins: [installedJasmine, fileMarks],
  });
}
