import { UserError } from "../errors.js";

/**
 * What ONNX Runtime says when it fails, without its source paths: the operator and the reason.
 * Its messages read "Non-zero status code returned while running Gather node. Name:'v7' Status Message: <reason>".
 */
export function ortReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const operator = /while running (\w+) node/.exec(message)?.[1];
  const reason = message
    .replace(/^[\s\S]*Status Message: /, "")
    .replace(/\/onnxruntime_src\/\S+ /g, "")
    .trim();
  return operator ? `${operator}: ${reason}` : reason;
}

/** The error of a step that ONNX Runtime did not end; memory that isn't there is the user's to mend. */
export function stepError(program: string, cause: unknown): Error {
  const reason = ortReason(cause);
  if (/bad.?alloc|failed to allocate|out of memory/i.test(reason)) {
    const bytes = /buffer of size (\d+)/.exec(reason)?.[1];
    const size = bytes ? ` for ${(Number(bytes) / 1e9).toPrecision(3)} GB` : "";
    const where = /^(\w+): /.exec(reason)?.[1];
    return new UserError(
      `${program}: out of memory${where ? ` in ${where}` : ""}${size}. Use a smaller batch, recompute activations in the backward pass (recompute: true), or free memory; nothing was changed.`,
      { cause },
    );
  }
  return new Error(`${program}: the step failed in ONNX Runtime (${reason})`, { cause });
}
