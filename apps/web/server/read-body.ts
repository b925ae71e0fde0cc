import { Failure } from "./failure";

export const mostBodyBytes = 16_000_000;

/**
 * The whole body of a request.
 *
 * @throws Failure 400 when it is empty or breaks off, 413 as soon as it is too long
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch(() => {
      throw new Failure(400, "The body of this request broke off.");
    });
    if (!part || part.done) break;
    length += part.value.length;
    if (length > mostBodyBytes) {
      await reader?.cancel();
      throw new Failure(413, `The body is too long; it may have ${mostBodyBytes} bytes.`);
    }
    chunks.push(part.value);
  }
  if (length === 0) throw new Failure(400, "The body of this request is empty.");
  return Buffer.concat(chunks, length);
}
