import type { RootCauseId } from "../../diagnosis/rules/registry.js";
import { judgeEndAs, judgeEndedBy, judgeOrphan, judgeTruth, type TimerMoment } from "./judge.js";
import {
  judgedOf,
  notJudged,
  resultOf,
  type Judged,
  type Judgement,
  type MatcherContext,
  type MatcherResult,
} from "./judgement.js";

/** Matchers for verdicts, as an `expect` has them. */
export interface PasskeyMatchers<R = void> {
  /** The ceremony was ended, or decided, by a timer of this name, such as `page.guard`: `docs/verdicts.md`. */
  toHaveEndedBy: (timer: string, moment?: TimerMoment) => R;
  /** An authenticator holds a passkey that the site does not know; wants a site that can be asked. */
  toLeaveOrphan: () => R;
  /** The first trouble has this root cause, `success` where there was none; a list names every ceremony's. */
  toEndAs: (cause: RootCauseId | readonly RootCauseId[]) => R;
  /** The page told of no failure where the site accepted, and of no success where it did not. */
  toTellTruth: () => R;
}

/**
 * Matchers for `expect.extend` of Playwright, vitest and jest. They take what `passkeys.settled()` or `runScenario()`
 * resolves with, an explanation, or `passkeys` itself.
 *
 * @example
 * expect.extend(passkeyMatchers);
 * expect(await passkeys.settled()).toHaveEndedBy("page.guard", { atMs: 60_000 });
 */
export const passkeyMatchers = {
  toHaveEndedBy(
    this: MatcherContext | undefined,
    received: unknown,
    timer: string,
    moment?: TimerMoment,
  ): MatcherResult {
    return judge(this, received, {
      matcher: `toHaveEndedBy("${timer}")`,
      by: (one) => judgeEndedBy(one, timer, moment),
    });
  },
  toLeaveOrphan(this: MatcherContext | undefined, received: unknown): MatcherResult {
    return judge(this, received, { matcher: "toLeaveOrphan()", by: judgeOrphan });
  },
  toEndAs(
    this: MatcherContext | undefined,
    received: unknown,
    cause: RootCauseId | readonly RootCauseId[],
  ): MatcherResult {
    return judge(this, received, {
      matcher: `toEndAs(${JSON.stringify(cause)})`,
      by: (one) => judgeEndAs(one, cause),
    });
  },
  toTellTruth(this: MatcherContext | undefined, received: unknown): MatcherResult {
    return judge(this, received, { matcher: "toTellTruth()", by: judgeTruth });
  },
};

interface Matching {
  readonly matcher: string;
  readonly by: (judged: Judged) => Judgement;
}

function judge(
  context: MatcherContext | undefined,
  received: unknown,
  { matcher, by }: Matching,
): MatcherResult {
  const own = context ?? {};
  const judged = judgedOf(received);
  if (judged === undefined) return notJudged(matcher, own);
  return resultOf(matcher, judged, { judgement: by(judged), context: own });
}
