/** A fault that the caller can mend: one sentence saying what was seen, what must hold, what to do next. */
export class UserError extends Error {
  override readonly name = "UserError";
}
