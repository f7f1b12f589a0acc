import { joinedSignal, raceAbort } from "../../../core/abort.js";
import { sleep } from "../../../core/clock.js";
import type { Env } from "../../../core/env.js";
import { TimeoutError } from "../../../core/errors.js";
import { within } from "../../../core/within.js";
import type { KeepaliveStatus, TransactOptions } from "../../../ctap/device.js";
import { CtapStatus } from "../../../ctap/status.js";
import { hasQuirk, type AuthenticatorProfile } from "../../profiles/profile.js";
import type { SimUser, UserAnswer, UserPrompt } from "../../user.js";
import { Refusal } from "../refusal.js";

/** Names the timer of the wait for a user in traces; `key.upTimeoutMs` sets its length. */
export const UP_TIMER = "key.up";

export type GestureAnswer = UserAnswer | { readonly answer: "timed-out" };

/** Asks the user for gestures on behalf of one command, and keeps the client informed meanwhile. */
export interface Gestures {
  /**
   * Waits as long as the device waits for users, or for `timeoutMs` where the client set the time.
   *
   * @throws {Refusal} KEEPALIVE_CANCEL when the client cancels first, OTHER when the power goes.
   */
  ask(prompt: UserPrompt, options?: { readonly timeoutMs?: number | undefined }): Promise<GestureAnswer>;
  /** Works for a while, in milliseconds. @throws {Refusal} as {@link ask}. */
  work(durationMs: number): Promise<void>;
}

export interface GestureDeps {
  readonly profile: AuthenticatorProfile;
  readonly user: SimUser;
  /** Aborts when the power goes. */
  readonly power: AbortSignal;
  readonly options: TransactOptions;
}

export function gesturesFor(env: Env, { profile, user, power, options }: GestureDeps): Gestures {
  const report = keepaliveReporter(profile, options);

  /** Ends on time even if the work does not listen to its signal. */
  const interruptibly = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const { signal, release } = joinedSignal(...(options.signal ? [options.signal] : []), power);
    try {
      return await raceAbort(
        () => work(signal),
        signal,
        () => new Refusal(power.aborted ? CtapStatus.OTHER : CtapStatus.KEEPALIVE_CANCEL),
      );
    } finally {
      release();
    }
  };

  return {
    ask: (prompt, { timeoutMs = profile.timeouts.upTimeoutMs } = {}) =>
      interruptibly(async (signal): Promise<GestureAnswer> => {
        const budget = {
          timer: UP_TIMER,
          budgetMs: timeoutMs,
          aftermath: "none",
        } as const;
        const asked = { ...prompt, context: env.trace.context };
        report("up-needed");
        try {
          return await within(env, budget, (ended) => user.answer(asked, ended), { signal });
        } catch (error) {
          if (error instanceof TimeoutError && error.timer === UP_TIMER) return { answer: "timed-out" };
          throw error;
        } finally {
          if (!signal.aborted) report("processing");
        }
      }),
    work: (durationMs) =>
      interruptibly(async (signal) => {
        if (durationMs === 0) return;
        report("processing");
        await sleep(env.clock, durationMs, "key.processing", { signal });
      }),
  };
}

function keepaliveReporter(
  profile: AuthenticatorProfile,
  { onKeepalive }: TransactOptions,
): (status: KeepaliveStatus) => void {
  let last: KeepaliveStatus | undefined;
  return (wanted) => {
    const status = hasQuirk(profile, "neverSaysUpNeeded") ? "processing" : wanted;
    if (status === last) return;
    last = status;
    onKeepalive?.(status);
  };
}
