import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { TimeoutError } from "../../core/errors.js";
import { within } from "../../core/within.js";
import { isAccepted, type SiteAnswer } from "../rp/gateway.js";
import { NO_ANSWER } from "../rp/outage.js";
import type { Knobs } from "../knobs/knobs.js";
import type { SitePort } from "../rp/site-port.js";

export interface PageFinishDeps {
  readonly knobs: () => Knobs;
  readonly site: SitePort;
}

const POLL_TIMER = "rp.poll";
const POLL_EVERY_MS = 5_000;
/** When a page that asks before it despairs asks, in milliseconds after the failure. */
const STATE_AFTER_MS = [2_000, 5_000, 10_000, 30_000];

/** The page's part after the browser answered: post, maybe post again, wait for a worker, ask before despairing. */
export class PageFinish {
  readonly #deps: PageFinishDeps;

  constructor(deps: PageFinishDeps) {
    this.#deps = deps;
  }

  /** Whether the page takes the ceremony for accepted. @param env the page in the span of the ceremony. */
  async post(
    env: Env,
    call: "registration/finish" | "login/finish",
    { ceremony, send }: { readonly ceremony: string; readonly send: () => Promise<SiteAnswer> },
  ): Promise<boolean> {
    const { retriesFinish, handlerThrows } = this.#deps.knobs().page;
    let answer = await send();
    for (let retry = 0; answer.status === NO_ANSWER; retry += 1) {
      env.trace.emit({ kind: "page.call-failed", call });
      if (retry >= retriesFinish) return false;
      answer = await send();
    }
    if (answer.status === 202) return this.#awaitWorker(env, ceremony);
    if (!isAccepted(answer)) return false;
    if (handlerThrows) env.trace.emit({ kind: "page.threw" });
    return !handlerThrows;
  }

  /** What the site says of a registration the page has given up hope for; asks for half a minute. */
  async askState(env: Env, ceremony: string): Promise<boolean> {
    const { clock } = env;
    const beganMs = clock.nowMs();
    for (const afterMs of STATE_AFTER_MS) {
      await sleep(clock, beganMs + afterMs - clock.nowMs(), "page.ask-state");
      if (await this.#isCommitted(env, ceremony)) return true;
    }
    return false;
  }

  /** Waits with short questions, not longer than `rp.pollMs`. */
  async #awaitWorker(env: Env, ceremony: string): Promise<boolean> {
    const budget = {
      timer: POLL_TIMER,
      budgetMs: this.#deps.knobs().rp.pollMs,
      aftermath: "unknown",
    } as const;
    try {
      return await within(env, budget, async (signal) => {
        while (!(await this.#isCommitted(env, ceremony))) {
          await sleep(env.clock, POLL_EVERY_MS, "page.poll", { signal });
        }
        return true;
      });
    } catch (error) {
      if (error instanceof TimeoutError && error.timer === POLL_TIMER) return false;
      throw error;
    }
  }

  async #isCommitted({ trace }: Env, ceremony: string): Promise<boolean> {
    const { body } = await this.#deps.site.registrationState(ceremony, { context: trace.context });
    return body?.outcome === "committed";
  }
}
