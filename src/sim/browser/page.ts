import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { AbortedError } from "../../core/errors.js";
import type { SimBrowser, BrowserCall } from "./browser.js";
import { isAccepted, type SiteAnswer } from "../rp/gateway.js";
import type { Knobs } from "../knobs/knobs.js";
import { PageFinish } from "./page-finish.js";
import { PageRejection } from "./page-rejection.js";
import { PageSession } from "./page-session.js";
import type { CeremonyOptions, FinishTerms, SiteLinks, SitePort } from "../rp/site-port.js";

export interface PageParts {
  readonly knobs: () => Knobs;
  readonly browser: SimBrowser;
  readonly site: SitePort;
  /** The page a web link opens on another screen; registers there, for this one. */
  readonly other?: () => SimPage;
}

const PARTS = parameters<PageParts>({
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
  readonly options: () => Promise<SiteAnswer<CeremonyOptions<Options>>>;
  readonly call: (options: Options, call: BrowserCall) => Promise<Answer>;
  readonly finish: (ceremony: string, answer: Answer, terms: FinishTerms) => Promise<SiteAnswer>;
}

interface Texts {
  readonly success: string;
  readonly failure: string;
}

const GUARD_TIMER = "page.guard";

const TEXTS: Readonly<Record<"create" | "get", Texts>> = {
  create: {
    success: "Your passkey is ready.",
    failure: "Your passkey could not be created. Please try again.",
  },
  get: {
    success: "You are logged in.",
    failure: "That did not work. Please log in with another device.",
  },
};

const STAYS_ELSEWHERE = "This computer keeps no passkeys. Go on using your phone.";

/**
 * The site's script: options, `navigator.credentials`, finish; and what it writes on the screen meanwhile.
 *
 * The guard, where there is one, shows a failure when it fires. Unless it aborts as well, the promise stays
 * pending and its handler still posts.
 */
export class SimPage {
  readonly #env: Env;
  readonly #parts: PageParts;
  readonly #finish: PageFinish;
  readonly #session: PageSession;

  constructor(env: Env, parts: PageParts) {
    checkArguments("SimPage", { env: [arg.env, env], parts: [PARTS, parts] });
    this.#env = env;
    this.#parts = parts;
    this.#finish = new PageFinish(env, parts);
    this.#session = new PageSession(env, parts.knobs);
  }

  async register(account: string): Promise<PageOutcome> {
    const { other, knobs, site } = this.#parts;
    if (this.#isNotForThisComputer()) {
      this.#env.trace.emit({ kind: "user.saw", where: "page", text: STAYS_ELSEWHERE });
      return { shown: "nothing", accepted: false };
    }
    return other && showsLinks(site) && knobs().rp.qr === "site"
      ? this.#registerElsewhere(account, { site, other: other() })
      : this.#register(account);
  }

  #register(account: string, pairing?: string): Promise<PageOutcome> {
    const { browser, site } = this.#parts;
    return this.#run({
      method: "create",
      options: () => site.registrationOptions(account, pairing),
      call: (options, call) => browser.create(options, call),
      finish: (ceremony, answer, terms) => site.finishRegistration(ceremony, answer, terms),
    });
  }

  /** Whether a page that asks first (isUserVerifyingPlatformAuthenticatorAvailable) leaves it at that. */
  #isNotForThisComputer(): boolean {
    const { page, rp, os } = this.#parts.knobs();
    return page.checksUvpaa && rp.attachment === "platform" && !os.helloEnabled;
  }

  /** Shows a web link as a QR code and waits for the site to say that the other screen is done. */
  async #registerElsewhere(
    account: string,
    { site, other }: { readonly site: SiteLinks; readonly other: SimPage },
  ): Promise<PageOutcome> {
    const { knobs } = this.#parts;
    const screen = new Screen(this.#env, TEXTS.create);
    const { body } = await site.registrationLink();
    if (body === undefined) return { shown: "failure", accepted: false };
    const elsewhere = other.#register(account, body.ceremony);
    let answer = await site.awaitRegistration(body.ceremony);
    while (answer.status !== 200 && knobs().page.resumesPoll)
      answer = await site.awaitRegistration(body.ceremony);
    const accepted = answer.body?.outcome === "committed";
    screen.show(accepted ? "success" : "failure");
    await elsewhere;
    return { shown: screen.shown ?? "failure", accepted };
  }

  login(account: string): Promise<PageOutcome> {
    const { browser, site } = this.#parts;
    return this.#run({
      method: "get",
      options: () => site.loginOptions(account),
      call: (options, call) => browser.get(options, call),
      finish: (ceremony, answer, terms) => site.finishLogin(ceremony, answer, terms),
    });
  }

  async #run<Options, Answer>(flow: Flow<Options, Answer>): Promise<PageOutcome> {
    const screen = new Screen(this.#env, TEXTS[flow.method]);
    const abort = new AbortController();
    let ceremony: string | undefined;
    const disarm = this.#guard(() => {
      const { aborts } = this.#parts.knobs().page;
      this.#env.trace.emit({
        kind: "page.gave-up",
        method: flow.method,
        aborted: aborts,
        ...(ceremony !== undefined && { ceremony }),
      });
      screen.show("failure");
      if (aborts) abort.abort(new AbortedError("the page's guard ended the request"));
    });
    const onCeremony = (id: string) => {
      ceremony = id;
    };
    const keepCookies = this.#session.begin();
    let accepted = await this.#steps(flow, abort.signal, onCeremony);
    const { autoRetry } = this.#parts.knobs().page;
    for (let again = flow.method === "create" ? autoRetry : 0; !accepted && again > 0; again -= 1) {
      // The person reads of a failure while the page tries once more behind it.
      screen.show("failure");
      accepted = await this.#steps(flow, abort.signal, onCeremony);
    }
    disarm();
    keepCookies();
    // A page that does not take its words back leaves the guard's text where it is.
    if (!accepted || screen.shown === undefined || this.#parts.knobs().page.corrects) {
      screen.show(accepted ? "success" : "failure");
    }
    return { shown: screen.shown ?? "failure", accepted };
  }

  /** Whether the site accepted the answer in the end. */
  async #steps<Options, Answer>(
    flow: Flow<Options, Answer>,
    signal: AbortSignal,
    onCeremony: (id: string) => void,
  ): Promise<boolean> {
    const offered = await flow.options();
    const { body } = offered;
    if (!isAccepted(offered) || body === undefined || signal.aborted) return false;
    onCeremony(body.ceremony);
    this.#session.keep(body.ceremony);
    try {
      const { ceremony } = body;
      const answer = await flow.call(body.publicKey, { ceremony, signal });
      const call = flow.method === "create" ? "registration/finish" : "login/finish";
      const send = () => flow.finish(ceremony, answer, { withoutCookie: !this.#session.has(ceremony) });
      if (await this.#finish.post(call, { ceremony, send })) return true;
    } catch (error) {
      if (!(error instanceof PageRejection)) throw error;
    }
    const asks = flow.method === "create" && this.#parts.knobs().page.asksState;
    return asks && this.#finish.askState(body.ceremony);
  }

  /** The page's own timer, from the press of the button; disarming it twice does no harm. */
  #guard(onFire: () => void): Disarm {
    const { guardMs: budgetMs } = this.#parts.knobs().page;
    if (budgetMs === null) return () => {};
    const { clock, trace } = this.#env;
    let fired = false;
    trace.emit({ kind: "timer.armed", timer: GUARD_TIMER, budgetMs });
    const disarm = clock.arm(budgetMs, GUARD_TIMER, () => {
      fired = true;
      trace.emit({ kind: "timer.fired", timer: GUARD_TIMER, budgetMs });
      onFire();
    });
    return () => {
      disarm();
      if (!fired) trace.emit({ kind: "timer.disarmed", timer: GUARD_TIMER, budgetMs });
    };
  }
}

function showsLinks(site: SitePort): site is SitePort & SiteLinks {
  return site.registrationLink !== undefined && site.awaitRegistration !== undefined;
}

/** The part of the screen that tells how it went. */
class Screen {
  readonly #env: Env;
  readonly #texts: Texts;
  #shown: "success" | "failure" | undefined;

  constructor(env: Env, texts: Texts) {
    this.#env = env;
    this.#texts = texts;
  }

  get shown(): "success" | "failure" | undefined {
    return this.#shown;
  }

  /** Showing what already stands there is nothing to see. */
  show(tone: "success" | "failure"): void {
    if (this.#shown === tone) return;
    this.#shown = tone;
    this.#env.trace.emit({ kind: "user.saw", where: "page", text: this.#texts[tone], tone });
  }
}
