import type { Timings } from "@/lib/contract";
import { describeFailure } from "./failure";

/** Answers with JSON that no cache keeps; what is thrown becomes `{ error }` with its status. */
export async function replyJson(
  make: () => Promise<object & { readonly timings?: Timings }>,
): Promise<Response> {
  const start = performance.now();
  try {
    const body = await make();
    const total = performance.now() - start;
    return Response.json(body, {
      headers: {
        "Cache-Control": "no-store",
        "Server-Timing": serverTiming({ ...body.timings, total }),
      },
    });
  } catch (error) {
    return replyFailure(error);
  }
}

export function replyFailure(cause: unknown): Response {
  const { status, error } = describeFailure(cause);
  const retry = status === 429 ? { "Retry-After": "1" } : {};
  return Response.json({ error }, { status, headers: { "Cache-Control": "no-store", ...retry } });
}

function serverTiming(timings: Timings): string {
  return Object.entries(timings)
    .map(([name, milliseconds]) => `${name};dur=${milliseconds.toFixed(2)}`)
    .join(", ");
}
