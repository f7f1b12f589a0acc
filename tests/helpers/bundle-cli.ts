import { rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { bundlePrograms } from "../../scripts/bundle-programs.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the bundles: `cli.js`, `verdict-worker.js`, `oracle-worker.js`, `index.js` and one for each subpath, such as `sim.js`. */
    readonly bundleFolder?: string;
  }
}

/**
 * Bundles the command line and the library once per test run, for the tests that start processes of their own.
 * A bundle starts in a tenth of the CPU time that Node with a TypeScript loader takes.
 *
 * @see https://vitest.dev/config/globalsetup.html
 */
export default async function bundleCli({ provide }: TestProject): Promise<() => void> {
  const programs = {
    cli: "src/cli/main.ts",
    "verdict-worker": "src/cli/verdict-worker.ts",
    "oracle-worker": "src/cli/oracle-worker.ts",
    index: "src/index.ts",
    ctap: "src/entry/ctap.ts",
    hid: "src/entry/hid.ts",
    hybrid: "src/entry/hybrid.ts",
    webauthn: "src/entry/webauthn.ts",
    sim: "src/entry/sim.ts",
    scenarios: "src/entry/scenarios.ts",
    diagnosis: "src/entry/diagnosis.ts",
    rig: "src/entry/rig.ts",
    playwright: "src/entry/playwright.ts",
    vitest: "src/entry/vitest.ts",
    jest: "src/entry/jest.ts",
    "node-test": "src/entry/node-test.ts",
    "rig-contest-job": "scripts/rig-contest/job.ts",
  };
  const outdir = await bundlePrograms(programs, "bundle");
  provide("bundleFolder", outdir);
  return () => rmSync(outdir, { recursive: true });
}
