import {
  expect as baseExpect,
  test as baseTest,
  type BrowserContext,
  type Fixtures,
  type TestInfo,
} from "@playwright/test";
import { passkeyMatchers } from "../matchers/matchers.js";
import type { PasskeyOptions } from "../passkeys.js";
import { PlaywrightPasskeys } from "./playwright-passkeys.js";

export interface PasskeyFixtures {
  /** Authenticator, user and time of the test's pages. */
  readonly passkeys: PlaywrightPasskeys;
  /** How they behave; `test.use({ passkeyOptions: { device: "phone" } })`. */
  readonly passkeyOptions: PasskeyOptions;
}

/**
 * Fixtures for a `test` of your own.
 *
 * @example
 * const test = base.extend(passkeyFixtures);
 */
export const passkeyFixtures: Fixtures<PasskeyFixtures, object, { context: BrowserContext }> = {
  passkeyOptions: [{}, { option: true }],
  // Of every test, asked for or not: a page that a hook opens must not be there before the harness.
  passkeys: [
    async ({ context, passkeyOptions }, use, testInfo) => {
      const passkeys = new PlaywrightPasskeys({ title: testInfo.title, ...passkeyOptions });
      await passkeys.attach(context);
      await use(passkeys);
      await report(passkeys, testInfo);
    },
    { auto: true },
  ],
};

/** Playwright's `test` with {@link passkeyFixtures}. */
export const test = baseTest.extend<PasskeyFixtures>(passkeyFixtures);

/** Playwright's `expect` with the matchers for verdicts. */
export const expect = baseExpect.extend(passkeyMatchers);

/** Puts the verdict into a failed test's messages and attaches timeline and trace; ends what is pending. */
async function report(passkeys: PlaywrightPasskeys, testInfo: TestInfo): Promise<void> {
  const verdict = passkeys.verdict();
  const pending = passkeys.pendingError();
  const hasFailed = testInfo.status !== testInfo.expectedStatus;
  if (pending !== undefined) testInfo.annotations.push({ type: "passkeys", description: pending.message });
  if (hasFailed) explainErrors(testInfo, pending?.message ?? verdict);
  const isFailure = hasFailed || pending !== undefined;
  try {
    passkeys.end({ hasFailed });
  } finally {
    if (isFailure) await attachStory(passkeys, testInfo);
  }
}

function explainErrors(testInfo: TestInfo, text: string): void {
  const error = testInfo.errors.at(-1);
  if (error?.message === undefined || testInfo.errors.some(({ message }) => message?.includes(text))) return;
  const { message, stack } = error;
  error.message = `${message}\n\n${text}`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message ?? message);
}

async function attachStory(passkeys: PlaywrightPasskeys, testInfo: TestInfo): Promise<void> {
  await testInfo.attach("passkeys-timeline.html", { body: passkeys.timeline(), contentType: "text/html" });
  await testInfo.attach("passkeys-trace.jsonl", { body: passkeys.trace(), contentType: "application/jsonl" });
}
