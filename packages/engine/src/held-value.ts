import { UserError } from "./errors.js";

/**
 * What `engine` keeps for a `Constants` or `State` of its own.
 *
 * @throws UserError when it keeps nothing for `owner`
 */
export function heldValue<T>(engine: string, holds: WeakMap<object, T>, owner: object): T {
  const held = holds.get(owner);
  if (held === undefined) {
    throw new UserError(
      `${engine}: these constants or state were disposed, or belong to another engine; make them with this engine and keep them until its programs are done.`,
    );
  }
  return held;
}
