import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import Database from "libsql";
import { codeOf } from "./error-code.js";

export interface WriterLock {
  release(): void;
}

/**
 * Makes this process the directory's only writer. The lock is SQLite's own on `writer.lock`, held by
 * the kernel and let go when the process ends, however it ends: nothing stale is left after a
 * kill -9, and a process id that came round again (each container's first is 1) fools nobody. The
 * row in it only tells a second writer whom it waits for.
 */
export function lockForWriting(dir: string): WriterLock {
  const path = join(dir, "writer.lock");
  const database = new Database(path);
  try {
    database.exec("CREATE TABLE IF NOT EXISTS writer (pid INTEGER, host TEXT, since TEXT)");
    database.exec("BEGIN IMMEDIATE");
    database.exec("DELETE FROM writer");
    database
      .prepare("INSERT INTO writer VALUES (?, ?, ?)")
      .run(process.pid, hostname(), new Date().toISOString());
    database.exec("COMMIT"); // others can read the row from here
    database.exec("BEGIN IMMEDIATE"); // and nobody else can write until this is closed
  } catch (error) {
    const holder = codeOf(error) === "SQLITE_BUSY" ? describeHolder(database) : undefined;
    if (database.inTransaction) database.exec("ROLLBACK");
    database.close();
    if (holder === undefined) throw error;
    throw new UserError(
      `Another process (${holder}) is writing the index at ${dir}; wait until it has finished, or stop it, then run this again.`,
    );
  }
  return {
    release() {
      database.exec("ROLLBACK"); // closing waits for garbage collection of the statements
      database.close();
    },
  };
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

function describeHolder(database: Database.Database): string {
  try {
    const holder = database.prepare("SELECT pid, host, since FROM writer").get() as
      | Holder
      | undefined;
    if (holder) return `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  } catch {
    // The holder is in the middle of writing its row.
  }
  return "just started";
}
