/** Ctrl-C, as the reason of an abort signal: exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * Runs `body` with a signal that the first Ctrl-C (or a polite kill) aborts; the second ends the
 * process at once.
 *
 * @param notice printed on the first
 */
export async function interruptible<T>(
  notice: string,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    console.error(`\n${notice}`);
    controller.abort(new Interrupted("interrupted"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await body(controller.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
