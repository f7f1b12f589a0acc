import { expect, test as baseTest } from "vitest";
import { passkeyMatchers, type PasskeyMatchers } from "../matchers/matchers.js";
import type { WindowPasskeys } from "../window/window-passkeys.js";
import { passkeyLab, type Lab } from "./lab.js";
import { endPasskeys, passkeysForTest, type SuiteOptions } from "./suite.js";

declare module "vitest" {
  // The parameter has the name that vitest gives it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- merges with vitest's own declaration
  interface Matchers<T = any> extends PasskeyMatchers {}
}

expect.extend(passkeyMatchers);

export interface VitestPasskeyFixtures extends Omit<Lab, "env"> {
  readonly passkeyOptions: SuiteOptions;
  /** In the window of the test environment, where there is one; `passkeys.open(url)` opens another. */
  readonly passkeys: WindowPasskeys;
  readonly lab: Lab;
}

/** vitest's `test` with `passkeys` for pages, and `key`, `phone`, `site` and `clock` for tests without one. */
export const test = baseTest.extend<VitestPasskeyFixtures>({
  passkeyOptions: {},
  passkeys: async ({ passkeyOptions: options, task }, use) => {
    const passkeys = passkeysForTest({ title: task.name, ...options });
    await use(passkeys);
    const errors = task.result?.errors ?? [];
    await endPasskeys(passkeys, {
      name: task.name,
      file: task.file.filepath,
      hasFailed: errors.length > 0,
      options,
      onReport: (text) => {
        for (const error of errors.slice(-1)) explainError(error, text);
      },
    });
  },
  // eslint-disable-next-line no-empty-pattern -- vitest reads the fixtures it needs from the pattern
  lab: async ({}, use) => use(passkeyLab()),
  clock: async ({ lab }, use) => use(lab.clock),
  key: async ({ lab }, use) => use(lab.key),
  phone: async ({ lab }, use) => use(lab.phone),
  site: async ({ lab }, use) => use(lab.site),
});

export { expect };

function explainError(error: { message: string; stack?: string | undefined }, text: string): void {
  const { message, stack } = error;
  if (message.includes(text)) return;
  error.message = `${message}\n\n${text}`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
}
