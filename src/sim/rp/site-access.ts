import type { Env } from "../../core/env.js";
import { startTimer, type RunningTimer, type TimerSpec } from "../../core/timer.js";
import type { SiteAnswer } from "./gateway.js";
import type { Knobs } from "../knobs/knobs.js";

const FRESH_TIMER = "rp.fresh";
const STEP_UP_TIMER = "rp.step-up";

/** A time-limited grant: its timer is the site's. */
interface Grant {
  expired: boolean;
  readonly timer: RunningTimer;
}

/**
 * Decides who may start a registration: a fresh session, a step-up by mailed key, a mailed link; and whether a login from
 * this browser is enough.
 */
export class SiteAccess {
  readonly #env: Env;
  readonly #knobs: () => Knobs;
  #session: Grant | undefined;
  #stepUp: Grant | undefined;
  #linkSpent = false;
  #isDeviceConfirmed = false;

  constructor(env: Env, knobs: () => Knobs) {
    this.#env = env;
    this.#knobs = knobs;
  }

  /** Refreshes the session after a user signed in. */
  signedIn(env: Env): void {
    const { freshAgeMs } = this.#knobs().rp;
    if (freshAgeMs === null) return;
    this.#session?.timer.disarm();
    this.#session = grant(env, { timer: FRESH_TIMER, budgetMs: freshAgeMs });
  }

  /** The key from the mail was right. */
  steppedUp(env: Env): void {
    const { stepUpTtlMs } = this.#knobs().rp;
    if (stepUpTtlMs === null) return;
    this.#stepUp?.timer.disarm();
    this.#stepUp = grant(env, { timer: STEP_UP_TIMER, budgetMs: stepUpTtlMs });
  }

  /** At options: why a registration may not start, if so. */
  refusalAtOptions(): SiteAnswer<never> | undefined {
    const { freshAgeMs, stepUpTtlMs, linkSingleUse } = this.#knobs().rp;
    if (freshAgeMs !== null && (this.#session?.expired ?? this.#env.clock.nowMs() > freshAgeMs)) {
      return { status: 403, code: "SESSION_NOT_FRESH" };
    }
    if (stepUpTtlMs !== null && (this.#stepUp === undefined || this.#stepUp.expired)) {
      return { status: 403, code: this.#stepUp ? "STEP_UP_EXPIRED" : "STEP_UP_NEEDED" };
    }
    if (linkSingleUse !== "none" && this.#linkSpent) return { status: 410, code: "LINK_USED" };
    if (linkSingleUse === "click") this.#linkSpent = true;
    return undefined;
  }

  /** Why a login from this browser is not enough by itself: the site does not know it. */
  refusalOfDevice(): SiteAnswer<never> | undefined {
    const { rp, client } = this.#knobs();
    const isKnown = client.known && client.cookies;
    if (isKnown || rp.unusualDevice === "accepted") return undefined;
    if (rp.unusualDevice === "refused") return { status: 403, code: "DEVICE_UNUSUAL" };
    return this.#isDeviceConfirmed ? undefined : { status: 403, code: "DEVICE_CHECK_NEEDED" };
  }

  /** A code was right: the site knows the browser from now on. */
  deviceConfirmed(): void {
    this.#isDeviceConfirmed = true;
  }

  /** At finish: a site that looks at the step-up's age once more may refuse a sound answer. */
  refusalAtFinish(): SiteAnswer<never> | undefined {
    const { stepUpTtlMs, stepUpCheckedAt } = this.#knobs().rp;
    if (stepUpTtlMs === null || stepUpCheckedAt !== "finish" || this.#stepUp?.expired === false)
      return undefined;
    return { status: 403, code: "STEP_UP_EXPIRED" };
  }

  /** A registration was accepted. */
  registered(): void {
    if (this.#knobs().rp.linkSingleUse === "finish") this.#linkSpent = true;
    this.#stepUp?.timer.disarm();
    if (this.#stepUp) this.#stepUp.expired = true;
  }
}

function grant(env: Env, spec: TimerSpec): Grant {
  const granted: Grant = {
    expired: false,
    timer: startTimer(env, spec, () => {
      granted.expired = true;
    }),
  };
  return granted;
}
