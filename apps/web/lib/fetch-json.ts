/** Why there is no answer: what the server told, or a kind that the reader's language has words for. */
export class ReplyError extends Error {
  override name = "ReplyError";

  constructor(
    readonly kind: "told" | "noAnswer" | "noJson" | "status",
    message: string,
    readonly status = 0,
  ) {
    super(message);
  }
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Sent with POST. */
  readonly body?: Blob;
}

const mostRetries = 3;
const longestWaitSeconds = 5;

/**
 * Waits and asks again where the server says that it is busy (429).
 *
 * @throws ReplyError with the server's message; the signal's reason when aborted, at any moment
 */
export async function fetchJson<T>(
  path: string,
  options: AbortSignal | FetchOptions = {},
): Promise<T> {
  const { signal, body } = options instanceof AbortSignal ? { signal: options } : options;
  for (let retries = 0; ; retries++) {
    const { response, reply } = await read<T>(path, { signal, body }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ReplyError(
        "noAnswer",
        "The server does not answer. Is `cliptune serve` still running?",
      );
    });
    if (response.status === 429 && retries < mostRetries) {
      await pause(Number(response.headers.get("retry-after")) || 1, signal);
      continue;
    }
    const { status } = response;
    if (!response.ok && reply?.error) throw new ReplyError("told", reply.error, status);
    if (!response.ok) throw new ReplyError("status", `The server answered ${status}.`, status);
    if (!reply) throw new ReplyError("noJson", "The server's answer is no JSON.", status);
    return reply;
  }
}

async function read<T>(
  path: string,
  { signal, body }: { signal: AbortSignal | undefined; body: Blob | undefined },
) {
  const response = await fetch(path, {
    headers: { Accept: "application/json" },
    ...(signal ? { signal } : {}),
    ...(body ? { method: "POST", body } : {}),
  });
  return { response, reply: parse<T>(await response.text()) };
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, 1000 * Math.min(seconds, longestWaitSeconds));
    signal?.addEventListener("abort", () => [clearTimeout(timer), fail(signal.reason)]);
  });
}

function parse<T>(text: string): (T & { readonly error?: string }) | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
