import { Interrupted } from "./interrupt.js";
import { UsageError } from "./usage-error.js";

export interface ErrorReport {
  readonly message: string;
  readonly exitCode: number;
}

const systemMessages: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "is not in a directory",
  EISDIR: "is a directory, where a file must be",
  EACCES: "may not be read or written by this user",
  EPERM: "may not be changed by this user",
  EROFS: "is on a read-only file system",
  ENOSPC: "could not be written: the disk is full; free some space and try again",
  EDQUOT: "could not be written: the disk quota is used up; free some space and try again",
  EADDRINUSE: "is taken by another program; choose another port with --port",
};

/** One sentence for a person, and the exit code: 2 for a wrong command line, 130 after Ctrl-C, 1 for all else. */
export function describeError(error: unknown, where: string): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error), exitCode: 1 };
  if (error instanceof UsageError) {
    return { message: `${error.message} (see: ${where} --help)`, exitCode: 2 };
  }
  if (error instanceof Interrupted) return { message: error.message, exitCode: 130 };
  if (error.name === "UserError") return { message: error.message, exitCode: 1 };
  const { code, path, port } = error as NodeJS.ErrnoException & { port?: number };
  const known = code === undefined ? undefined : systemMessages[code];
  if (known !== undefined) {
    const subject = path ?? (port === undefined ? "a file" : `port ${port}`);
    return { message: `${subject} ${known}`, exitCode: 1 };
  }
  return {
    message: `internal: ${error.message.split("\n")[0]} (a fault of cliptune; CLIPTUNE_DEBUG=1 shows where)`,
    exitCode: 1,
  };
}
