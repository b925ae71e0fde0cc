import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "data/test/**/*.test.ts",
      "apps/web/test/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes at once on a quiet machine, and after seconds on a crowded one.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
  },
});
