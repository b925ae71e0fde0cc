// tfjs-core ships its gradients as ES modules that import without file extensions: bundlers take them, Node does
// not. Bundle them once; their registry is a global that tfjs-core shares, so a second copy of the code is harmless.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const core = dirname(require.resolve("@tensorflow/tfjs-core/package.json"));
await build({
  entryPoints: [join(core, "dist/register_all_gradients.js")],
  outfile: fileURLToPath(new URL("../dist/gradients.js", import.meta.url)),
  bundle: true,
  format: "esm",
  platform: "node",
  legalComments: "none",
  banner: {
    js: "/* Bundled from @tensorflow/tfjs-core 4.22.0, Copyright Google LLC, Apache-2.0. */",
  },
});
