/** Passkeys in Playwright tests: fixture, options and matchers. */
export type { PasskeyOptions } from "../page/passkeys.js";
export type { CallDelay } from "../page/playwright/delay-calls.js";
export { type PasskeyFixtures, expect, passkeyFixtures, test } from "../page/playwright/fixtures.js";
export { PlaywrightPasskeys, type Trigger } from "../page/playwright/playwright-passkeys.js";
export { type PasskeyMatchers, passkeyMatchers } from "../page/matchers/matchers.js";
