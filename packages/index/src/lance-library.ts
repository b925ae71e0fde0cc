import { UserError } from "@cliptune/engine";

export type Lance = typeof import("@lancedb/lancedb");

let library: Promise<Lance> | undefined;

/** LanceDB, loaded when first needed: it is an optional peer, some 100 MB of prebuilt binary. */
export function loadLance(): Promise<Lance> {
  library ??= import("@lancedb/lancedb").catch((error: unknown) => {
    library = undefined;
    throw new UserError(
      "This needs the package @lancedb/lancedb, which is not installed here; install it with: npm install @lancedb/lancedb apache-arrow.",
      { cause: error },
    );
  });
  return library;
}
