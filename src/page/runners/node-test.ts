import { AssertionError } from "node:assert";
import { afterEach, beforeEach } from "node:test";
import { passkeyMatchers } from "../matchers/matchers.js";
import type { MatcherResult } from "../matchers/judgement.js";
import type { RootCauseId } from "../../diagnosis/rules/registry.js";
import type { TimerMoment } from "../matchers/judge.js";
import type { WindowPasskeys } from "../window/window-passkeys.js";
import { passkeysOfTest, type RunningTest } from "./passkeys-of-test.js";
import { endPasskeys, passkeysForTest, type SuiteOptions } from "./suite.js";

/** As much of a test's context as is used; node:test tells hooks of the outcome since 20.12. */
interface HookContext {
  readonly fullName?: string;
  readonly filePath?: string;
  readonly passed?: boolean;
  readonly diagnostic?: (text: string) => void;
}

/**
 * Gives every test of the file, or of the suite it is called in, passkeys of its own.
 *
 * @param options how they behave.
 * @returns the passkeys of the test that runs.
 *
 * @example
 * const passkeys = usePasskeys();
 * test("a late finger", async () => {
 *   passkeys.lateFinger(98_000);
 *   ...
 */
export function usePasskeys(options: SuiteOptions = {}): WindowPasskeys {
  const { begin, take, handle } = passkeysOfTest();
  beforeEach((context) => begin(context as RunningTest, passkeysForTest(options)));
  afterEach(async (context) => {
    const passkeys = take(context as RunningTest);
    const { fullName: name = context.name, filePath: file, passed, diagnostic } = context as HookContext;
    const onReport = (text: string) => {
      if (diagnostic !== undefined) Reflect.apply(diagnostic, context, [text]);
    };
    const hasFailed = passed === false;
    if (passkeys !== undefined) await endPasskeys(passkeys, { name, file, hasFailed, options, onReport });
  });
  return handle;
}

/** The matchers as assertions. @throws {AssertionError} with the verdict. */
export const assertPasskeys = {
  endedBy: (story: unknown, timer: string, moment?: TimerMoment) =>
    demand(passkeyMatchers.toHaveEndedBy.call(undefined, story, timer, moment)),
  endsAs: (story: unknown, cause: RootCauseId | readonly RootCauseId[]) =>
    demand(passkeyMatchers.toEndAs.call(undefined, story, cause)),
  tellsTruth: (story: unknown) => demand(passkeyMatchers.toTellTruth.call(undefined, story)),
  leavesOrphan: (story: unknown) => demand(passkeyMatchers.toLeaveOrphan.call(undefined, story)),
  leavesNoOrphan: (story: unknown) => {
    const context = { isNot: true };
    const { pass, message } = passkeyMatchers.toLeaveOrphan.call(context, story);
    demand({ pass: !pass, message });
  },
};

function demand({ pass, message }: MatcherResult): void {
  if (!pass) throw new AssertionError({ message: message() });
}
