import { sleep } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import { startTimer } from "../../core/timer.js";
import type { Span, TraceContext } from "../../core/trace.js";
import type { Background } from "../../core/background.js";
import type { Gateway, SiteAnswer } from "../rp/gateway.js";
import type { Knobs } from "../knobs/knobs.js";
import type { SimMail } from "../rp/mail.js";
import type { SiteAccess } from "../rp/site-access.js";
import { AuthenticatorApp } from "./authenticator-app.js";
import { CallIn, type CallVerdict } from "./call-in.js";
import { OtpStore, type CodeVerdict, type FactorName, type ProviderName } from "./code-book.js";
import { Deliveries } from "./deliveries.js";
import { LockOut } from "./lock-out.js";

export interface FallbackAuthServiceDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
  readonly mail: SimMail;
  readonly gateway: Gateway;
  readonly access: SiteAccess;
  /** The account is flagged as having a passkey. */
  readonly passkeyOn: () => boolean;
  /** @param env the site in the span of the reset. */
  readonly revokePasskeys: (env: Env) => void;
}

/** An attempt to sign in without a passkey, by the site's name for it. */
export interface FactorAttempt {
  readonly ceremony: string;
}

const REFUSALS: Readonly<Record<Exclude<CodeVerdict | CallVerdict, "accepted">, string>> = {
  wrong: "CODE_WRONG",
  expired: "CODE_EXPIRED",
  voided: "CODE_VOIDED",
  used: "CODE_USED",
  "caller-unknown": "CALLER_UNKNOWN",
  "caller-withheld": "CALLER_WITHHELD",
};

/** What a user types at the password form: a user who forgot types something else. */
export type PasswordEntry = "right" | "wrong-password" | "wrong-id";

const IDP_TIMER = "idp.code";

/** The site's side of passwords, codes, sign-in providers, locks and resets. */
export class FallbackAuthService {
  readonly deliveries: Deliveries;
  readonly app: AuthenticatorApp;
  readonly #env: Env;
  readonly #deps: FallbackAuthServiceDeps;
  readonly #calls: CallIn;
  readonly #lock: LockOut;
  readonly #otpStores = new Map<string, OtpStore>();
  readonly #enrolled: Set<FactorName>;
  readonly #linked = new Set<ProviderName>();
  /** Factors that proved themselves in the present session. */
  readonly #proved = new Set<FactorName>();
  /** Spans of the attempts, by the id of their ceremony. */
  readonly #spans = new Map<string, Span>();

  constructor(env: Env, deps: FallbackAuthServiceDeps) {
    this.#env = env;
    this.#deps = deps;
    this.deliveries = new Deliveries(env, deps);
    this.app = new AuthenticatorApp(env);
    this.#calls = new CallIn(env, deps.knobs);
    this.#lock = new LockOut(deps.knobs);
    const { enrolled } = deps.knobs().factor;
    this.#enrolled = new Set(enrolled === "none" ? [] : (enrolled.split("+") as FactorName[]));
  }

  get locksPasskey(): boolean {
    return this.#lock.locked && this.#deps.knobs().lock.blocksPasskey;
  }

  /** ID and password; sites that switched to passkeys may refuse them. */
  password(ceremony: string, entry: PasswordEntry = "right"): Promise<SiteAnswer> {
    return this.#deps.gateway.pass(
      { call: "password/login", context: this.contextOf(ceremony) },
      async (env) => {
        if (this.#lock.locked) return this.#refuse(env, { status: 423, code: "LOCKED" });
        if (this.#deps.passkeyOn() && this.#deps.knobs().rp.passwordWhenFlagged === "refused") {
          return this.#refuse(env, { status: 403, code: "PASSWORD_OFF" });
        }
        if (entry === "wrong-id") return this.#refuse(env, { status: 401, code: "ID_UNKNOWN" });
        if (entry === "wrong-password") {
          this.#lock.fail(env);
          return this.#judge(env, "password", { status: 401, code: "PASSWORD_WRONG" });
        }
        const unusual = this.#deps.access.refusalOfDevice();
        return unusual ? this.#refuse(env, unusual) : this.#accept(env);
      },
    );
  }

  /** Sends a code, or the same one again. @param ceremony the attempt it belongs to. */
  requestCode(factor: FactorName, ceremony: string): Promise<SiteAnswer<FactorAttempt>> {
    return this.#deps.gateway.pass(
      { call: `${factor}/code`, context: this.contextOf(ceremony) },
      async () => {
        const { otp, sms } = this.#deps.knobs();
        if (!this.#has(factor)) return { status: 409, code: "NOT_ENROLLED" };
        if (this.#lock.locked) return { status: 423, code: "LOCKED" };
        if (factor === "sms" && sms.knowsRoute && sms.route === "landline") {
          return { status: 409, code: "NO_TEXT_TO_LANDLINE" };
        }
        if (factor === "call") {
          this.#calls.open(ceremony, this.contextOf(ceremony));
          return { status: 200, body: { ceremony } };
        }
        const otpStore = this.#otpStoreFor(ceremony, factor);
        if (otpStore.sent > otp.resends) return { status: 429, code: "TOO_MANY_CODES" };
        this.deliveries.send(otpStore.issue(), otpStore);
        return { status: 200, body: { ceremony } };
      },
    );
  }

  enterCode(
    factor: FactorName,
    { ceremony, digits }: { readonly ceremony: string; readonly digits: string },
  ) {
    return this.#judged(factor, ceremony, () => this.#verdictOn(factor, { ceremony, digits }));
  }

  /** Takes the user's call from the registered telephone, or from another one. */
  takeCall(ceremony: string, from: Knobs["call"]["from"]) {
    return this.#judged("call", ceremony, () => this.#calls.answer(ceremony, from));
  }

  /** Returns the code that stands on the page, where the message holds a link only. */
  codeOnScreen(ceremony: string): string | undefined {
    return this.#otpStores.get(ceremony)?.onScreen?.digits;
  }

  #judged(factor: FactorName, ceremony: string, verdictOf: () => CodeVerdict | CallVerdict) {
    return this.#deps.gateway.pass(
      { call: `${factor}/verify`, context: this.contextOf(ceremony) },
      async (env) => {
        if (this.#lock.locked) {
          this.#lock.tried(env);
          return this.#judge(env, factor, { status: 423, code: "LOCKED" });
        }
        const verdict = verdictOf();
        if (verdict === "accepted") {
          this.#lock.clear(env);
          this.#proved.add(factor);
          this.#deps.access.deviceConfirmed();
          return this.#judge(env, factor, undefined);
        }
        if (verdict === "wrong" || this.#deps.knobs().otp.expiredCounts) this.#lock.fail(env);
        return this.#judge(env, factor, { status: 401, code: REFUSALS[verdict] });
      },
    );
  }

  /** Returns the span that belongs to an attempt. */
  contextOf(ceremony: string): TraceContext {
    return (this.#spans.get(ceremony)?.trace ?? this.#env.trace).context;
  }

  /** Opens an attempt and its span. @returns the id of its ceremony. */
  openAttempt(): string {
    const id = `f${this.#spans.size + 1}`;
    this.#spans.set(id, this.#env.trace.startSpan({ name: "ceremony", label: "factor", ceremony: id }));
    return id;
  }

  /** Accepts a user who returns from a sign-in provider with a valid account there. */
  providerLogin(provider: ProviderName, ceremony: string): Promise<SiteAnswer<FactorAttempt>> {
    return this.#deps.gateway.pass<FactorAttempt>(
      { call: `${provider}/login`, context: this.contextOf(ceremony) },
      async (env) => {
        const state = this.#linked.has(provider) ? "linked" : this.#deps.knobs().idp[provider];
        if (state === "linked") return { ...this.#accept(env), body: { ceremony } };
        if (state === "linkable") return { status: 202, code: "LINK_NEEDED", body: { ceremony } };
        return this.#refuse(env, { status: 404, code: "NOT_LINKED" });
      },
    );
  }

  /** The code that proves the account before it is linked; it lives `idp.codeTtlMs` from now. */
  openLink(ceremony: string): { readonly expired: () => boolean; readonly end: () => void } {
    const env = envIn(this.#env, this.contextOf(ceremony));
    const { codeTtlMs: budgetMs } = this.#deps.knobs().idp;
    let isExpired = false;
    const timer = startTimer(env, { timer: IDP_TIMER, budgetMs }, () => {
      isExpired = true;
    });
    return { expired: () => isExpired, end: () => timer.disarm() };
  }

  linkProvider(provider: ProviderName, { ceremony, expired }: { ceremony: string; expired: () => boolean }) {
    return this.#deps.gateway.pass(
      { call: `${provider}/link`, context: this.contextOf(ceremony) },
      async (env) => {
        if (expired()) return this.#refuse(env, { status: 401, code: "CODE_EXPIRED" });
        this.#linked.add(provider);
        this.#enrolment(env, provider, "linked", "owner");
        return this.#accept(env);
      },
    );
  }

  /** The settings page: puts another factor in the place of those there are. */
  changeFactor(to: FactorName, ceremony: string): Promise<SiteAnswer> {
    return this.#deps.gateway.pass(
      { call: "settings/factor", context: this.contextOf(ceremony) },
      async (env) => {
        const { requires } = this.#deps.knobs().settings;
        if (requires === "enrolled-factor" && this.#proved.size === 0) {
          return { status: 401, code: "FACTOR_NEEDED" };
        }
        this.#replaceFactors(env, to, "owner");
        return { status: 200 };
      },
    );
  }

  /** What support does once it knows who is calling: all in one step, so that no moment is without a factor. */
  async reset(): Promise<SiteAnswer> {
    const ceremony = this.openAttempt();
    await sleep(this.#env.clock, this.#deps.knobs().reset.identityMs, "reset.identity");
    return this.#deps.gateway.pass(
      { call: "support/reset", context: this.contextOf(ceremony) },
      async (env) => {
        const { reset } = this.#deps.knobs();
        this.#replaceFactors(env, reset.newFactor, "support");
        this.#lock.clear(env);
        if (reset.passkeys === "revoked") this.#deps.revokePasskeys(env);
        this.#enrolment(env, "passkey", reset.passkeys, "support");
        if (reset.noticeTo === "mail")
          this.#deps.mail.queue("Your sign-in methods were changed", env.trace.context);
        return { status: 200 };
      },
    );
  }

  #has(factor: FactorName): boolean {
    return this.#enrolled.has(factor === "voice" || factor === "call" ? "sms" : factor);
  }

  #replaceFactors(env: Env, to: FactorName, by: "owner" | "support"): void {
    this.#enrolled.add(to);
    this.#enrolment(env, to, "enrolled", by);
    for (const factor of [...this.#enrolled]) {
      if (factor === to) continue;
      this.#enrolled.delete(factor);
      this.#enrolment(env, factor, "revoked", by);
    }
  }

  #verdictOn(factor: FactorName, { ceremony, digits }: { ceremony: string; digits: string }): CodeVerdict {
    if (factor === "app") return this.#has("app") && this.app.accepts(digits) ? "accepted" : "wrong";
    return this.#otpStores.get(ceremony)?.redeem(digits) ?? "wrong";
  }

  #otpStoreFor(ceremony: string, factor: FactorName): OtpStore {
    const known = this.#otpStores.get(ceremony);
    if (known?.factor === factor) return known;
    const env = envIn(this.#env, this.contextOf(ceremony));
    const otpStore = new OtpStore(env, { knobs: this.#deps.knobs, ceremony, factor });
    this.#otpStores.set(ceremony, otpStore);
    return otpStore;
  }

  /** Notes the attempt and what it came to. */
  #judge(env: Env, factor: FactorName | "password", refusal: SiteAnswer<never> | undefined): SiteAnswer {
    env.trace.emit({
      kind: "factor.attempt",
      factor,
      outcome: refusal ? "refused" : "accepted",
      ...(refusal?.code !== undefined && { reason: refusal.code }),
      failures: this.#lock.failures,
    });
    if (factor === "mail" && this.#deps.knobs().rp.stepUpTtlMs !== null) {
      if (refusal) return refusal;
      this.#deps.access.steppedUp(env);
      return { status: 200 };
    }
    return refusal ? this.#refuse(env, refusal) : this.#accept(env);
  }

  #accept(env: Env): SiteAnswer<never> {
    this.#deps.access.signedIn(env);
    env.trace.emit({ kind: "rp.login", outcome: "accepted" });
    return { status: 200 };
  }

  #refuse(env: Env, refusal: SiteAnswer<never>): SiteAnswer<never> {
    const reason = refusal.code ?? String(refusal.status);
    env.trace.emit({ kind: "rp.login", outcome: "refused", reason });
    return refusal;
  }

  #enrolment(
    env: Env,
    factor: string,
    change: "enrolled" | "revoked" | "kept" | "linked",
    by: "owner" | "support",
  ): void {
    env.trace.emit({ kind: "factor.enrolment", factor, change, by });
  }
}
