/** Ctrl-C, as the reason of an abort signal: exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Milliseconds. A terminal sends Ctrl-C to all its processes, and npx and a sweep pass it on: what follows so soon is the same one. */
const samePress = 1000;

/** Which Ctrl-C an arriving signal is: the first, that one again, or one more. @param now a clock, in milliseconds */
export function pressCounter(now: () => number): () => "first" | "same" | "again" {
  let pressed: number | undefined;
  return () => {
    if (pressed === undefined) {
      pressed = now();
      return "first";
    }
    return now() - pressed < samePress ? "same" : "again";
  };
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
  const press = pressCounter(() => performance.now());
  const onSignal = (name: NodeJS.Signals) => {
    const which = press();
    if (which === "again") endAtOnce(name);
    if (which === "same") return;
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

/** By the signal itself: `process.exit` waits for threads, which may be far from done. */
function endAtOnce(name: NodeJS.Signals): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
