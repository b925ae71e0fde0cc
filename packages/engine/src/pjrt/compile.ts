import { debuglog } from "node:util";
import type { Client, ExecutableHandle } from "./client.js";
import type { CompileCache } from "./compile-cache.js";

/** Shown with NODE_DEBUG=cliptune. */
const debug = debuglog("cliptune");

/**
 * Compiles a program, or loads what an earlier process compiled of the same. Whatever is wrong with the cache or with an
 * entry, the program is compiled; the cache only ever saves time.
 */
export async function compileOrLoad(
  client: Client,
  cache: CompileCache | undefined,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<ExecutableHandle> {
  if (!cache) return client.compile(text);
  const note = (what: string) => (fault: Error) => debug("%s: %s: %s", name, what, fault.message);
  const key = cache.key([client.identity, client.compileOptions, text]);
  const kept = await cache.read(key).catch(note("the compile cache cannot be read"));
  if (kept) {
    try {
      return client.load(kept);
    } catch (fault) {
      note("the plugin refuses what was compiled before")(fault as Error);
    }
  }
  const executable = client.compile(text);
  try {
    await cache.write(key, client.serialize(executable));
  } catch (fault) {
    note("not kept in the compile cache")(fault as Error);
  }
  return executable;
}
