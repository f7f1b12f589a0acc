import { CtapCommand } from "../../../ctap/command.js";
import { assert, type AssertionTerms } from "./assertion.js";
import { startDeadline, type Deadline } from "../../../core/timer.js";
import type { CommandContext, SimCommand } from "../context.js";
import type { UsableCredential } from "../store/credentials.js";
import { refuse } from "../refusal.js";
import type { Continuation } from "../store/state.js";

/** What is left of a getAssertion that found several credentials. */
export class RemainingAssertions implements Continuation {
  readonly command = CtapCommand.getNextAssertion;
  readonly terms: AssertionTerms;
  readonly left: readonly UsableCredential[];
  readonly token: object | undefined;
  readonly age: Deadline;

  constructor({ env, profile }: CommandContext, terms: AssertionTerms, left: readonly UsableCredential[]) {
    this.terms = terms;
    this.left = left;
    this.token = terms.token;
    this.age = startDeadline(env, {
      timer: "key.nextAssertion",
      budgetMs: profile.timeouts.nextAssertionMs,
      endsAt: "after-budget",
    });
  }

  discard(): void {
    this.age.disarm();
  }
}

/** authenticatorGetNextAssertion. @see CTAP 2.3 §6.3 */
export const getNextAssertion: SimCommand = (context) => {
  const { state } = context;
  const remembered = state.continuation;
  state.continuation = undefined;
  // 1, 2: something must be left of a request.
  if (!(remembered instanceof RemainingAssertions)) refuse("NOT_ALLOWED");
  const [next, ...left] = remembered.left;
  if (next === undefined) refuse("NOT_ALLOWED");
  // 3: and the request must be fresh.
  if (remembered.age.isOver()) refuse("NOT_ALLOWED");
  remembered.age.disarm();
  // 4 to 7: the same terms, the next credential, the timer anew.
  const body = assert(context, remembered.terms, next);
  state.continuation = new RemainingAssertions(context, remembered.terms, left);
  return body;
};
