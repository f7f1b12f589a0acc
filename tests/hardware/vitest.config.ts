import { defineConfig } from "vitest/config";

/** Tests on the keys of a rig, one after the other: `PASSKEY_HARNESS_RIG=rig.json npm run test:hardware`. */
export default defineConfig({
  test: {
    include: ["tests/hardware/**/*.test.ts"],
    reporters: ["verbose", "junit"],
    outputFile: { junit: process.env["PASSKEY_HARNESS_JUNIT"] ?? "artifacts-hardware/junit.xml" },
    fileParallelism: false,
    // A key may be another job's for a while, and a user may have to touch it.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
