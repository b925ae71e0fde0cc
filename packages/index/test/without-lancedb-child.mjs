// As on a machine where LanceDB, an optional peer, was not installed: importing it fails.
import { register } from "node:module";

const hook = `export async function resolve(specifier, context, next) {
  if (specifier === "@lancedb/lancedb") throw new Error("Cannot find package");
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { createIndexWriter } = await import("@cliptune/index");
const [, , dir] = process.argv;
const options = { dir, dimension: 2, fingerprint: "a", store: "lancedb" };
console.log(await createIndexWriter(options).catch((error) => `${error.name}: ${error.message}`));
