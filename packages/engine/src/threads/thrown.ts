import { UserError } from "../errors.js";

/** An error on its way to another thread, which keeps its message and loses its class. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly user: boolean;
  /** What a call to the system failed with, and on which file. */
  readonly system: { readonly code: string; readonly path?: string } | undefined;
  /** Of the sender's errors, should it come back. */
  readonly mine: number;
  /** Of the receiver's own errors, which has come back. */
  readonly yours: number | undefined;
}

/**
 * The errors of one end of a line. One that comes back to where it was thrown (an abort's reason, what a function
 * that was lent threw) is the same object again.
 */
export function createThrown() {
  const own = new Map<number, unknown>();
  const theirs = new WeakMap<object, number>();
  let next = 0;
  return {
    describe(reason: unknown): Failure {
      const mine = next++;
      own.set(mine, reason);
      const error = reason instanceof Error ? reason : new Error(String(reason));
      const { message, stack } = error;
      const [user, system] = [error instanceof UserError, systemFault(error)];
      return { message, stack, user, system, mine, yours: theirs.get(error) };
    },
    revive({ message, stack, user, system, mine, yours }: Failure): unknown {
      if (yours !== undefined && own.has(yours)) return own.get(yours);
      const error = user ? new UserError(message) : new Error(message);
      if (!user && stack !== undefined) error.stack = stack; // where it was thrown
      Object.assign(error, system);
      theirs.set(error, mine);
      return error;
    },
    /** To be called when no error can come back any more. */
    clear: () => own.clear(),
  };
}

function systemFault({ code, path }: NodeJS.ErrnoException): Failure["system"] {
  return typeof code === "string" ? { code, ...(path !== undefined && { path }) } : undefined;
}
