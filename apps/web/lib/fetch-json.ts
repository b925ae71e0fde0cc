/** A server's refusal, in its own words. */
export class ReplyError extends Error {
  override name = "ReplyError";
}

/** @throws ReplyError with the server's message; the signal's reason when aborted */
export async function fetchJson<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ReplyError("The server does not answer. Is `cliptune serve` still running?");
  }
  const body = (await response.json().catch(() => ({}))) as T & { error?: string };
  if (!response.ok) throw new ReplyError(body.error ?? `The server answered ${response.status}.`);
  return body;
}
