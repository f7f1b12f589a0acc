import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Real hardware and the virtual lab are opt-in: each has a script of its own.
    exclude: ["tests/hardware/**", "tests/lab/**", "node_modules/**"],
    testTimeout: 30_000,
  },
});
