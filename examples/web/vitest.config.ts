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
          fileParallelism: false, // the browser takes all the processors it gets
          isolate: false, // files share one browser and one page, loaded once
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
