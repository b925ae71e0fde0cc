/** A request that cannot be answered, with the HTTP status that says why. */
export class Failure extends Error {
  override name = "Failure";

  constructor(
    readonly status: 400 | 404 | 413 | 415 | 429 | 503,
    message: string,
  ) {
    super(message);
  }
}

/** The sentence and status to show for anything thrown; what a user cannot help is only logged. */
export function describeFailure(error: unknown): {
  readonly status: number;
  readonly error: string;
} {
  if (error instanceof Failure) return { status: error.status, error: error.message };
  if (error instanceof Error && error.name === "UserError") {
    return { status: 503, error: error.message };
  }
  console.error(error);
  return { status: 500, error: "The server failed to answer; its log says why." };
}
