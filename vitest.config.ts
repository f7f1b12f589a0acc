import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Real hardware and the virtual lab are opt-in: each has a script of its own.
    exclude: ["tests/hardware/**", "tests/lab/**", "node_modules/**"],
    globalSetup: "tests/helpers/bundle-cli.ts",
    // Some start a dozen processes one after the other, and machines are busy.
    testTimeout: 60_000,
  },
});
