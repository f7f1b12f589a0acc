import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { AbortedError } from "../../core/errors.js";
import type { Trace } from "../../core/trace.js";
import { isAccepted } from "../rp/gateway.js";
import type { SitePort } from "../rp/site-port.js";
import type { Knobs } from "../knobs/knobs.js";
import type { SimBrowser } from "./browser.js";
import { PageRejection } from "./page-rejection.js";

export interface PageAutofillDeps {
  readonly knobs: () => Knobs;
  readonly browser: SimBrowser;
  readonly site: SitePort;
}

/** A request of the user's that the page has pending, as far as the autofill's own request may end it. */
export interface UserRequest {
  readonly method: "create" | "get";
  readonly account: string;
  readonly trace: Trace;
  readonly abort: AbortController;
  /** Settles with the pending call; `undefined` while the browser has not been called. */
  readonly called: () => Promise<unknown> | undefined;
}

interface PendingGet {
  readonly trace: Trace;
  readonly abort: AbortController;
  readonly settled: Promise<void>;
}

const START_TIMER = "page.autofill";

/**
 * The page's own get() for the autofill of a field, in which the user selects nothing: pending from the loading of the
 * page, or begun while the user's request runs. A library that knows of one request at a time ends the other.
 */
export class PageAutofill {
  readonly #env: Env;
  readonly #deps: PageAutofillDeps;
  #pending: PendingGet | undefined;

  constructor(env: Env, deps: PageAutofillDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Asks for options and calls get() at the loading of the page; returns when the request is pending. */
  async atLoad(account: string): Promise<void> {
    if (this.#deps.knobs().page.autofillMs === 0) await this.#start(account);
  }

  /** Has the page call get() some time after the click, over the user's own request. */
  afterClick(request: UserRequest): Disarm {
    const { autofillMs } = this.#deps.knobs().page;
    if (autofillMs === null || autofillMs === 0) return () => {};
    return this.#env.clock.arm(autofillMs, START_TIMER, () => {
      void this.#start(request.account, request);
    });
  }

  /** Ends the pending get() before the user's request begins, where the page's library does that. */
  async giveWay(): Promise<void> {
    if (this.#pending === undefined || !this.#deps.knobs().page.abortsPending) return;
    const { trace, abort, settled } = this.#pending;
    trace.emit({ kind: "page.aborted", method: "get", by: "button" });
    abort.abort(new AbortedError("the button's request takes the place of the autofill's"));
    await settled;
  }

  /** The user is logged in and the page is left, its request with it. */
  leave(): void {
    this.#pending?.abort.abort(new AbortedError("the page was left"));
  }

  async #start(account: string, over?: UserRequest): Promise<void> {
    if (this.#pending !== undefined) return;
    const { knobs, browser, site } = this.#deps;
    const span = this.#env.trace.startSpan({ name: "ceremony", label: "login" });
    const { trace } = span;
    const { context } = trace;
    const offered = await site.loginOptions(account, { context });
    const { body } = offered;
    if (!isAccepted(offered) || body === undefined) return span.end("error");
    const called = over?.called();
    if (over !== undefined && called !== undefined && knobs().page.abortsPending) {
      over.trace.emit({ kind: "page.aborted", method: over.method, by: "autofill" });
      over.abort.abort(new AbortedError("the autofill's request takes the place of the button's"));
      await called.catch(() => undefined);
    }
    const abort = new AbortController();
    const settled = browser
      .get(body.publicKey, { context, signal: abort.signal, autofill: true })
      .then(
        () => span.end("ok"),
        (error: unknown) => {
          span.end("error");
          if (!(error instanceof PageRejection)) throw error;
        },
      )
      .finally(() => {
        this.#pending = undefined;
      });
    this.#pending = { trace, abort, settled };
  }
}
