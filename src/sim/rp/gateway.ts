import { sleep } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { TimeoutError } from "../../core/errors.js";
import { within } from "../../core/within.js";
import type { Background } from "../../core/background.js";
import type { Knobs } from "../knobs/knobs.js";
import { NO_ANSWER, Outage, type CallFailure } from "./outage.js";

/** What a site answers to one call. */
export interface SiteAnswer<Body = unknown> {
  /** HTTP status. */
  readonly status: number;
  /** Stable, for refusals. */
  readonly code?: string;
  readonly body?: Body;
  /** Tags of the credentials that options offer; for the trace, never for the page. */
  readonly offered?: readonly string[];
  /** Every transport they are offered with; for the trace. */
  readonly transports?: readonly string[];
}

/** One call as the gateway sees it. */
export interface SiteCall {
  /** `registration/options`, `login/finish`, ... */
  readonly call: string;
  /** The span that the call belongs to; its ceremony distinguishes calls of one ceremony from those of another. */
  readonly context: TraceContext;
  /** Which account it is about, by its number at the site; absent where the site cannot know yet. */
  readonly account?: string;
}

export interface GatewayDeps {
  /** Environment under whose actor the site's records are traced. */
  readonly site: Env;
  readonly knobs: () => Knobs;
  readonly background: Background;
}

const IDLE_TIMER = "gw.idle";
const GATEWAY_TIMEOUT = 504;

/** The site said yes: real ones have more than one status for that, and some say no in the body of a 200. */
export function isAccepted({ status, code }: SiteAnswer): boolean {
  return status >= 200 && status < 300 && code === undefined;
}

/**
 * Simulates what lies between a page and its site: the network's latency and a gateway with an idle time-out.
 *
 * When `gw.idle` fires the page gets 504 and the work behind the gateway goes on. In an outage a call fails here.
 */
export class Gateway {
  readonly #env: Env;
  readonly #deps: GatewayDeps;
  readonly #outage: Outage;
  /** Ceremonies whose first finish has been answered. */
  readonly #finished = new Set<string>();

  constructor(env: Env, deps: GatewayDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#outage = new Outage(env.clock, deps.knobs);
  }

  /** @param work does the call behind the gateway; it gets the site's environment in the span of the call. */
  async pass<Body>(
    { call, context, account }: SiteCall,
    work: (env: Env) => Promise<SiteAnswer<Body>>,
  ): Promise<SiteAnswer<Body>> {
    const { knobs, background } = this.#deps;
    const site = envIn(this.#deps.site, context);
    await sleep(this.#env.clock, knobs().net.latencyMs, "net.latency");
    const failure = this.#outage.next(call);
    if (failure?.status === NO_ANSWER && failure.stage === "before-work") {
      this.#noAnswer(context, { call, code: failure.code, aftermath: "none" });
      return { status: NO_ANSWER };
    }
    site.trace.emit({ kind: "rp.request", call, ...(account !== undefined && { account }) });
    const answer = await this.#patiently(background.add(failingWork(failure, () => work(site))), context);
    if (answer.status === NO_ANSWER) {
      if (failure) this.#noAnswer(context, { call, code: failure.code, aftermath: "unknown" });
    } else {
      site.trace.emit({
        kind: "rp.response",
        call,
        status: answer.status,
        ...(answer.code !== undefined && { code: answer.code }),
        ...(answer.offered && { credentials: answer.offered }),
        ...(answer.transports?.length && { transports: answer.transports }),
      });
    }
    await sleep(this.#env.clock, knobs().net.latencyMs, "net.latency");
    return this.#isLost(call, context) ? { status: NO_ANSWER } : answer;
  }

  #noAnswer(
    context: TraceContext,
    end: { readonly call: string; readonly code: string; readonly aftermath: "none" | "unknown" },
  ): void {
    envIn(this.#env, context).trace.emit({ kind: "rp.no-answer", ...end });
  }

  #isLost(call: string, { ceremony = "" }: TraceContext): boolean {
    if (!call.endsWith("/finish") || this.#finished.has(ceremony)) return false;
    this.#finished.add(ceremony);
    return this.#deps.knobs().net.loses === "finish-answer";
  }

  async #patiently<Body>(work: Promise<SiteAnswer<Body>>, context: TraceContext): Promise<SiteAnswer<Body>> {
    const { idleMs } = this.#deps.knobs().gw;
    if (idleMs === null) return work;
    try {
      const budget = { timer: IDLE_TIMER, budgetMs: idleMs, aftermath: "unknown" } as const;
      return await within(envIn(this.#env, context), budget, () => work);
    } catch (error) {
      if (!(error instanceof TimeoutError) || error.timer !== IDLE_TIMER) throw error;
      return { status: GATEWAY_TIMEOUT, code: "GATEWAY_TIMEOUT" };
    }
  }
}

/** Does the work of a call, unless the call fails before it; a call that fails gives its failure as the answer. */
async function failingWork<Body>(
  failure: CallFailure | undefined,
  work: () => Promise<SiteAnswer<Body>>,
): Promise<SiteAnswer<Body>> {
  if (failure === undefined) return work();
  if (failure.stage === "after-work") await work();
  const { status, code } = failure;
  return status === NO_ANSWER ? { status } : { status, code };
}
