import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { Span, Trace, TraceContext } from "../../core/trace.js";
import { AbortedError } from "../../core/errors.js";
import type { SimBrowser, BrowserCall } from "./browser.js";
import { isAccepted, type SiteAnswer } from "../rp/gateway.js";
import { NO_ANSWER } from "../rp/outage.js";
import type { Knobs } from "../knobs/knobs.js";
import { PageAutofill } from "./page-autofill.js";
import { PageFinish } from "./page-finish.js";
import { PageRejection } from "./page-rejection.js";
import { Screen } from "./page-screen.js";
import { PageSession } from "./page-session.js";
import { PageSupport } from "./page-support.js";
import type { CeremonyOptions, FinishTerms, SiteLinks, SitePort } from "../rp/site-port.js";

export interface PageDeps {
  readonly knobs: () => Knobs;
  readonly browser: SimBrowser;
  readonly site: SitePort;
  /** The page a web link opens on another screen; registers there, for this one. */
  readonly other?: () => SimPage;
}

const DEPS = parameters<PageDeps>({
  knobs: arg.callable,
  browser: arg.having("a SimBrowser", "create", "get"),
  site: arg.having("a SitePort, such as SimSite,", "registrationOptions", "loginOptions"),
  other: maybe(arg.callable),
});

/** What the screen said at the end, which need not be what happened. */
export interface PageOutcome {
  readonly shown: "success" | "failure" | "nothing";
  /** The site accepted the answer. */
  readonly accepted: boolean;
}

/** The steps in which the two ceremonies differ. */
interface Flow<Options, Answer> {
  readonly method: "create" | "get";
  readonly account: string;
  /** Id of the ceremony that another screen began. */
  readonly ceremony?: string | undefined;
  readonly options: (context: TraceContext) => Promise<SiteAnswer<CeremonyOptions<Options>>>;
  readonly call: (options: Options, call: BrowserCall) => Promise<Answer>;
  readonly finish: (ceremony: string, answer: Answer, terms: FinishTerms) => Promise<SiteAnswer>;
}

/** What a ceremony is called, by the method that the page calls. */
const KINDS = { create: "registration", get: "login" } as const;

const GUARD_TIMER = "page.guard";

/** Ends of a call that waits for a phone which only say that the time was over. */
const RESUMED_AT_ONCE: readonly number[] = [408, 504];
/** How long a page leaves a site alone that failed, in milliseconds. */
const POLL_PAUSE_MS = 1_000;

const STAYS_ELSEWHERE = "This computer keeps no passkeys. Go on using your phone.";

/**
 * The site's script: options, `navigator.credentials`, finish; and what it writes on the screen meanwhile.
 *
 * The guard, where there is one, shows a failure when it fires. Unless it aborts as well, the promise stays
 * pending and its handler still posts.
 */
export class SimPage {
  readonly #env: Env;
  readonly #deps: PageDeps;
  readonly #finish: PageFinish;
  readonly #session: PageSession;
  readonly #support: PageSupport;
  readonly #autofill: PageAutofill;
  /** The call of the browser that the user waits for. */
  #called: Promise<unknown> | undefined;

  constructor(env: Env, deps: PageDeps) {
    checkArguments("SimPage", { env: [arg.env, env], deps: [DEPS, deps] });
    this.#env = env;
    this.#deps = deps;
    this.#finish = new PageFinish(deps);
    this.#session = new PageSession(deps.knobs);
    this.#support = new PageSupport(deps.knobs);
    this.#autofill = new PageAutofill(env, deps);
  }

  async register(account: string): Promise<PageOutcome> {
    const { other, knobs, site } = this.#deps;
    if (this.#isNotForThisComputer()) {
      this.#env.trace.emit({ kind: "user.saw", where: "page", text: STAYS_ELSEWHERE });
      return { shown: "nothing", accepted: false };
    }
    return other && showsLinks(site) && knobs().rp.qr === "site"
      ? this.#registerElsewhere(account, { site, other: other() })
      : this.#register(account);
  }

  #register(account: string, pairing?: string): Promise<PageOutcome> {
    const { browser, site } = this.#deps;
    return this.#run({
      method: "create",
      account,
      ceremony: pairing,
      options: (context) => site.registrationOptions(account, { context, pairing }),
      call: (options, call) => browser.create(options, call),
      finish: (ceremony, answer, terms) => site.finishRegistration(ceremony, answer, terms),
    });
  }

  /** Whether a page that asks first (isUserVerifyingPlatformAuthenticatorAvailable) leaves it at that. */
  #isNotForThisComputer(): boolean {
    const { page, rp, os } = this.#deps.knobs();
    return page.checksUvpaa && rp.attachment === "platform" && !os.helloEnabled;
  }

  /** Shows a web link as a QR code and waits for the site to say that the other screen is done. */
  async #registerElsewhere(
    account: string,
    { site, other }: { readonly site: SiteLinks; readonly other: SimPage },
  ): Promise<PageOutcome> {
    const { knobs } = this.#deps;
    const screen = new Screen("create");
    const span = this.#env.trace.startSpan({ name: "ceremony", label: KINDS.create });
    const { context } = span.trace;
    const { body } = await site.registrationLink({ context });
    if (body === undefined) return { shown: "failure", accepted: false };
    const elsewhere = other.#register(account, body.ceremony);
    let answer = await site.awaitRegistration(body.ceremony, { context });
    while (answer.status !== 200 && knobs().page.resumesPoll) {
      if (!RESUMED_AT_ONCE.includes(answer.status)) {
        await sleep(this.#env.clock, POLL_PAUSE_MS, "page.poll-pause");
      }
      answer = await site.awaitRegistration(body.ceremony, { context });
    }
    const accepted = answer.body?.outcome === "committed";
    screen.show(span.trace, accepted ? "success" : "failure");
    await elsewhere;
    span.end(accepted ? "ok" : "error");
    return { shown: screen.shown ?? "failure", accepted };
  }

  login(account: string): Promise<PageOutcome> {
    const { browser, site } = this.#deps;
    return this.#run({
      method: "get",
      account,
      options: (context) => site.loginOptions(account, { context }),
      call: (options, call) => browser.get(options, call),
      finish: (ceremony, answer, terms) => site.finishLogin(ceremony, answer, terms),
    });
  }

  async #run<Options, Answer>(flow: Flow<Options, Answer>): Promise<PageOutcome> {
    await this.#autofill.atLoad(flow.account);
    const screen = new Screen(flow.method);
    const clickedAtMs = this.#env.clock.nowMs();
    const abort = new AbortController();
    const attempt = { span: this.#begin(flow) };
    const unsupported = this.#support.atStart(attempt.span.trace);
    if (unsupported !== undefined) {
      attempt.span.end("error");
      return { ...unsupported, accepted: false };
    }
    const guard = this.#guard(attempt.span.trace, () => {
      const { aborts } = this.#deps.knobs().page;
      const { trace } = attempt.span;
      trace.emit({ kind: "page.gave-up", method: flow.method, aborted: aborts });
      screen.show(trace, "failure");
      if (aborts) abort.abort(new AbortedError("the page's guard ended the request"));
    });
    const keepCookies = this.#session.begin(this.#in(attempt.span));
    const noAutofill = this.#autofill.afterClick({
      ...flow,
      trace: attempt.span.trace,
      abort,
      called: () => this.#called,
    });
    const { signal } = abort;
    let accepted = await this.#steps(flow, attempt.span, { signal, clickedAtMs });
    const { autoRetry } = this.#deps.knobs().page;
    for (let again = flow.method === "create" ? autoRetry : 0; !accepted && again > 0; again -= 1) {
      // The user reads of a failure while the page tries once more behind it.
      screen.show(attempt.span.trace, "failure");
      attempt.span.end("error");
      attempt.span = this.#begin(flow);
      accepted = await this.#steps(flow, attempt.span, { signal, clickedAtMs });
    }
    guard.disarm();
    keepCookies();
    noAutofill();
    if (accepted) this.#autofill.leave();
    // A page that does not take its words back leaves the guard's text where it is.
    if (!accepted || screen.shown === undefined || this.#deps.knobs().page.corrects) {
      screen.show(attempt.span.trace, accepted ? "success" : "failure");
    }
    attempt.span.end(accepted ? "ok" : "error");
    return { shown: screen.shown ?? "failure", accepted };
  }

  /** Opens the span of one ceremony. */
  #begin({ method, ceremony }: Pick<Flow<unknown, unknown>, "method" | "ceremony">): Span {
    return this.#env.trace.startSpan({ name: "ceremony", label: KINDS[method], ceremony });
  }

  #in({ trace }: Pick<Span, "trace">): Env {
    return { ...this.#env, trace };
  }

  /** Whether the site accepted the answer in the end. */
  async #steps<Options, Answer>(
    flow: Flow<Options, Answer>,
    { trace }: Span,
    { signal, clickedAtMs }: { readonly signal: AbortSignal; readonly clickedAtMs: number },
  ): Promise<boolean> {
    const { context } = trace;
    const offered = await flow.options(context);
    const { body } = offered;
    if (offered.status === NO_ANSWER) {
      trace.emit({ kind: "page.call-failed", call: `${KINDS[flow.method]}/options` });
    }
    if (!isAccepted(offered) || body === undefined || signal.aborted) return false;
    this.#session.keep(body.ceremony);
    const env = this.#in({ trace });
    try {
      const { ceremony } = body;
      if (!this.#support.atCall(trace)) return false;
      await this.#autofill.giveWay();
      const sinceClickMs = this.#env.clock.nowMs() - clickedAtMs;
      const called = flow.call(body.publicKey, { context, signal, sinceClickMs });
      this.#called = called;
      const answer = await called.finally(() => {
        this.#called = undefined;
      });
      const call = flow.method === "create" ? "registration/finish" : "login/finish";
      const send = () =>
        flow.finish(ceremony, answer, { context, withoutCookie: !this.#session.has(ceremony) });
      if (await this.#finish.post(env, call, { ceremony, send })) return true;
    } catch (error) {
      if (!(error instanceof PageRejection)) throw error;
    }
    const asks = flow.method === "create" && this.#deps.knobs().page.asksState;
    return asks && this.#finish.askState(env, body.ceremony);
  }

  /** Starts the page's own timer, from the press of the button. */
  #guard(trace: Trace, onFire: () => void): RunningTimer {
    const budgetMs = this.#deps.knobs().page.guardMs ?? Infinity;
    return startTimer(this.#in({ trace }), { timer: GUARD_TIMER, budgetMs }, onFire);
  }
}

function showsLinks(site: SitePort): site is SitePort & SiteLinks {
  return site.registrationLink !== undefined && site.awaitRegistration !== undefined;
}
