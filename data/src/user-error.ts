/** A mistake that its reader can mend: the message says what was seen, what must hold and what to do. */
export class UserError extends Error {
  override readonly name = "UserError";
}
