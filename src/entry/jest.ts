/** Passkeys in jest tests: hooks and matchers. */
export { type LabOptions, passkeyLab } from "../page/runners/lab.js";
export { type JestGlobals, type JestMatchers, usePasskeys } from "../page/runners/jest.js";
export type { SuiteOptions } from "../page/runners/suite.js";
export { WindowPasskeys } from "../page/window/window-passkeys.js";
export { passkeyMatchers } from "../page/matchers/matchers.js";
