/** A name that was given, and those that there are. */
export interface Unknown {
  readonly name: string;
  readonly known: readonly string[];
}

/** A command line that cannot be understood: exit code 2, and a pointer to the help. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /** @param unknown for the hint that {@link withHint} adds */
  constructor(
    message: string,
    readonly unknown?: Unknown,
  ) {
    super(message);
  }
}

/** The error as it is told: an unknown name with the nearest that there is, or all of them. */
export async function withHint(error: unknown): Promise<unknown> {
  if (!(error instanceof UsageError && error.unknown)) return error;
  const { name, known } = error.unknown;
  const { nearestName } = await import("@cliptune/engine"); // late: --help and the like start without it
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `known: ${known.join(", ")}` : `did you mean ${nearest}?`;
  return new UsageError(`${error.message}; ${hint}`);
}
