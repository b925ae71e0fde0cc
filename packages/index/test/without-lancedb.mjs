// With --import, as on a machine where LanceDB, an optional peer, was not installed: no thread can import it.
import { register } from "node:module";

const hook = `export async function resolve(specifier, context, next) {
  if (specifier === "@lancedb/lancedb") throw new Error("Cannot find package");
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
