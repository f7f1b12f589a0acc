import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests that start processes: they get the bundles, and run first, because they wait more than they compute. */
const PROCESS_TESTS = [
  "tests/cli/**/{aftermath,cli,confusion,crash,hybrid,links,manners,pin-prompt,reports,scenario-files,site}.test.ts",
  "tests/docs/{readme,real-site,scenarios,test-suites}.test.ts",
  "tests/hybrid/**/bluez-bus.test.ts",
  "tests/interop/**/*.test.ts",
  "tests/page/**/{chromium-*,window-pages,suite-runners}.test.ts",
  "tests/rig/processes/*.test.ts",
  "tests/scenarios/reports/html-page.test.ts",
  "tests/sim/**/uhid-{event,file}.test.ts",
  "tests/webauthn/**/chromium-live.test.ts",
];

export default defineConfig({
  test: {
    // The summary of a test run says where its time went, folder by folder.
    reporters: [
      "default",
      ...(process.env["GITHUB_ACTIONS"] === "true" ? ["github-actions" as const] : []),
      "./tests/helpers/folder-times-reporter.ts",
    ],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/**/*.test.ts"],
          // Real hardware and the virtual lab are opt-in: each has a script of its own.
          exclude: ["tests/hardware/**", "tests/lab/**", "node_modules/**", ...PROCESS_TESTS],
        },
      },
      {
        extends: true,
        test: {
          name: "process",
          include: PROCESS_TESTS,
          globalSetup: "tests/helpers/bundle-cli.ts",
        },
      },
    ],
    setupFiles: ["tests/helpers/property-seed.ts"],
    // A worker imports src/ once for all of its test files, which is most of what a test file would cost.
    isolate: false,
    // One more than there are cores: a worker that waits for a process leaves its core to another.
    maxWorkers: availableParallelism() + 1,
    // Some start a browser or a dozen processes one after the other, and machines are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
