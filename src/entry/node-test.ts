/** Passkeys in tests of node:test: hooks and assertions. */
export { type LabOptions, passkeyLab } from "../page/runners/lab.js";
export { assertPasskeys, usePasskeys } from "../page/runners/node-test.js";
export type { SuiteOptions } from "../page/runners/suite.js";
export { WindowPasskeys } from "../page/window/window-passkeys.js";
