import { debuglog } from "node:util";
import type { Client, ExecutableHandle } from "./client.js";
import type { CompileCache } from "./compile-cache.js";

/** Shown with NODE_DEBUG=cliptune. */
const debug = debuglog("cliptune");

/**
 * Compiles a program, or loads what an earlier process compiled of the same. Whatever is wrong with the cache, an entry
 * or the plugin's part in it, the program is compiled: the cache only ever saves time.
 */
export async function compileOrLoad(
  client: Client,
  cache: CompileCache | undefined,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<ExecutableHandle> {
  if (!cache) return client.compile(text);
  let key: string | undefined;
  try {
    key = cache.key([client.identity(), client.compileOptions, text]);
    const kept = await cache.read(key);
    if (kept) return client.load(kept);
  } catch (fault) {
    debug("%s: not taken from the compile cache: %s", name, (fault as Error).message);
  }
  const executable = client.compile(text);
  try {
    if (key) await cache.write(key, client.serialize(executable));
  } catch (fault) {
    debug("%s: not kept in the compile cache: %s", name, (fault as Error).message);
  }
  return executable;
}
