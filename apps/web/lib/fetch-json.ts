/** A server's refusal, in its own words. */
export class ReplyError extends Error {
  override name = "ReplyError";
}

/** @throws ReplyError with the server's message; the signal's reason when aborted, at any moment */
export async function fetchJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const { response, body } = await read<T>(path, signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ReplyError("The server does not answer. Is `cliptune serve` still running?");
  });
  if (!response.ok) throw new ReplyError(body?.error ?? `The server answered ${response.status}.`);
  if (!body) throw new ReplyError("The server's answer is no JSON.");
  return body;
}

async function read<T>(path: string, signal: AbortSignal) {
  const response = await fetch(path, { signal, headers: { Accept: "application/json" } });
  const text = await response.text();
  return { response, body: parse<T>(text) };
}

function parse<T>(text: string): (T & { readonly error?: string }) | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
