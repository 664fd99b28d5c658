import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["tests/unit/*.test.ts"] } },
      {
        test: {
          name: "browser",
          include: ["tests/browser/*.test.ts"],
          globalSetup: "tests/browser/setup.ts",
          fileParallelism: false, // each browser takes all the processors it gets
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
