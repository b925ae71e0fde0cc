import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { compileCacheOptions } from "../src/engine-choice.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

const directoryWith = (variables: Record<string, string>) => {
  for (const name of ["CLIPTUNE_COMPILE_CACHE", "XDG_CACHE_HOME", "XLA_FLAGS"]) {
    vi.stubEnv(name, variables[name]);
  }
  return compileCacheOptions();
};

test("compiled programs are kept in the user's cache, where told, or not at all", () => {
  const standard = join(homedir(), ".cache", "cliptune", "xla");
  expect(directoryWith({})?.directory).toBe(standard);
  expect(directoryWith({ XDG_CACHE_HOME: "/c" })?.directory).toBe("/c/cliptune/xla");
  const told = { XDG_CACHE_HOME: "/c", CLIPTUNE_COMPILE_CACHE: "/elsewhere" };
  expect(directoryWith(told)?.directory).toBe("/elsewhere");
  expect(directoryWith({ CLIPTUNE_COMPILE_CACHE: "off" })).toBeUndefined();
});

test("XLA's own flags are part of what a program is kept by", () =>
  expect(directoryWith({ XLA_FLAGS: "--a=1" })?.flags).toBe("--a=1"));
