import { expect } from "vitest";
import type { Outcome } from "./run-cli.js";

/** One `error:` on stderr that says what is meant, nothing on stdout, no stack. */
export function expectError(
  { code, stdout, stderr }: Outcome,
  ...parts: (string | RegExp)[]
): void {
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain("internal");
  expect(stdout).toBe("");
  expect(code).toBe(1);
}
