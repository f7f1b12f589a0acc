import type { Matchers } from "expect";
import { passkeyMatchers, type PasskeyMatchers } from "../matchers/matchers.js";
import { PageRigError } from "../page-rig-error.js";
import type { WindowPasskeys } from "../window/window-passkeys.js";
import { passkeysOfTest } from "./passkeys-of-test.js";
import { endPasskeys, passkeysForTest, type SuiteOptions } from "./suite.js";

declare module "expect" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- merges with the declaration of @jest/expect
  interface Matchers<R extends void | Promise<void>, T = unknown> extends PasskeyMatchers<R> {}
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the namespace of @types/jest
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- merges with the declaration of @types/jest
    interface Matchers<R, T = {}> extends PasskeyMatchers<R> {}
  }
}

/** What jest's `expect()` returns, with the matchers for verdicts. */
export type JestMatchers<R extends void | Promise<void> = void> = Matchers<R>;

/** What of jest is used; its globals where nothing is given. */
export interface JestGlobals {
  readonly beforeEach: (work: () => unknown) => void;
  readonly afterEach: (work: () => unknown) => void;
  readonly expect: {
    extend(matchers: object): void;
    readonly getState?: () => {
      readonly currentTestName?: string | undefined;
      readonly testPath?: string | undefined;
    };
  };
}

/**
 * Gives every test of the file, or of the `describe` it is called in, passkeys of its own, and the matchers to `expect`.
 *
 * @param options how they behave.
 * @param globals of `@jest/globals`, where jest injects none.
 * @returns the passkeys of the test that runs.
 *
 * @example
 * const passkeys = usePasskeys();
 * test("a late finger", async () => {
 *   passkeys.lateFinger(98_000);
 *   ...
 */
export function usePasskeys(options: SuiteOptions = {}, globals: JestGlobals = injected()): WindowPasskeys {
  globals.expect.extend(passkeyMatchers);
  const { begin, take, handle } = passkeysOfTest();
  // One test of a file runs at a time.
  const test = {};
  globals.beforeEach(() => begin(test, passkeysForTest(options)));
  globals.afterEach(async () => {
    const passkeys = take(test);
    // jest does not tell its hooks whether the test failed: the matchers' messages have the verdict.
    const { currentTestName: name = "test", testPath: file } = globals.expect.getState?.() ?? {};
    if (passkeys !== undefined) await endPasskeys(passkeys, { name, file, hasFailed: "unknown", options });
  });
  return handle;
}

function injected(): JestGlobals {
  const globals = globalThis as unknown as Partial<JestGlobals>;
  const { beforeEach, afterEach, expect } = globals;
  if (beforeEach === undefined || afterEach === undefined || expect === undefined) {
    throw new PageRigError("NO_TEST_RUNNER", "there is no beforeEach, afterEach and expect here", {
      hint: 'call it in a test file of jest; with injectGlobals: false, usePasskeys(options, require("@jest/globals"))',
    });
  }
  return { beforeEach, afterEach, expect };
}
