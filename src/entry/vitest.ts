/** Passkeys in vitest tests: fixtures and matchers. */
export { type LabOptions, passkeyLab } from "../page/runners/lab.js";
export { type VitestPasskeyFixtures, expect, test } from "../page/runners/vitest.js";
export type { SuiteOptions } from "../page/runners/suite.js";
export { WindowPasskeys } from "../page/window/window-passkeys.js";
export { passkeyMatchers } from "../page/matchers/matchers.js";
