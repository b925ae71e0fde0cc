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
