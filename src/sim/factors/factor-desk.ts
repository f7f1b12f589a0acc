import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { Background } from "../../core/background.js";
import type { Gateway, SiteAnswer } from "../rp/gateway.js";
import type { Knobs } from "../knobs/knobs.js";
import type { SimMail } from "../rp/mail.js";
import type { SiteAccess } from "../rp/site-access.js";
import { AuthenticatorApp } from "./authenticator-app.js";
import { CodeBook, type CodeVerdict, type FactorName, type ProviderName } from "./code-book.js";
import { Deliveries } from "./deliveries.js";
import { LockOut } from "./lock-out.js";

export interface FactorDeskParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
  readonly mail: SimMail;
  readonly gateway: Gateway;
  readonly access: SiteAccess;
  /** The account is flagged as having a passkey. */
  readonly passkeyOn: () => boolean;
  readonly revokePasskeys: (ceremony: string) => void;
}

/** An attempt to sign in without a passkey, by the site's name for it. */
export interface FactorAttempt {
  readonly ceremony: string;
}

const REFUSALS: Readonly<Record<Exclude<CodeVerdict, "accepted">, string>> = {
  wrong: "CODE_WRONG",
  expired: "CODE_EXPIRED",
  voided: "CODE_VOIDED",
  used: "CODE_USED",
};

const IDP_TIMER = "idp.code";

/** The site's side of passwords, codes, sign-in providers, locks and resets. */
export class FactorDesk {
  readonly deliveries: Deliveries;
  readonly app: AuthenticatorApp;
  readonly #env: Env;
  readonly #parts: FactorDeskParts;
  readonly #lock: LockOut;
  readonly #books = new Map<string, CodeBook>();
  readonly #enrolled: Set<FactorName>;
  readonly #linked = new Set<ProviderName>();
  /** Factors that proved themselves in the present session. */
  readonly #proved = new Set<FactorName>();
  #attempts = 0;

  constructor(env: Env, parts: FactorDeskParts) {
    this.#env = env;
    this.#parts = parts;
    this.deliveries = new Deliveries(env, parts);
    this.app = new AuthenticatorApp(env);
    this.#lock = new LockOut(env, parts.knobs);
    const { enrolled } = parts.knobs().factor;
    this.#enrolled = new Set(enrolled === "none" ? [] : (enrolled.split("+") as FactorName[]));
  }

  get locksPasskey(): boolean {
    return this.#lock.locked && this.#parts.knobs().lock.blocksPasskey;
  }

  /** ID and password; sites that switched to passkeys may refuse them. */
  password(): Promise<SiteAnswer> {
    const ceremony = this.#nextId();
    return this.#parts.gateway.pass({ call: "password/login", ceremony }, async () => {
      if (this.#lock.locked) return this.#refuse(ceremony, { status: 423, code: "LOCKED" });
      if (this.#parts.passkeyOn() && this.#parts.knobs().rp.passwordWhenFlagged === "refused") {
        return this.#refuse(ceremony, { status: 403, code: "PASSWORD_OFF" });
      }
      return this.#accept(ceremony);
    });
  }

  /** Sends a code, or the same one again. @param attempt the one it belongs to; a new one when absent. */
  requestCode(factor: FactorName, attempt?: string): Promise<SiteAnswer<FactorAttempt>> {
    const ceremony = attempt ?? this.#nextId();
    return this.#parts.gateway.pass({ call: `${factor}/code`, ceremony }, async () => {
      const { otp, sms } = this.#parts.knobs();
      if (!this.#has(factor)) return { status: 409, code: "NOT_ENROLLED" };
      if (this.#lock.locked) return { status: 423, code: "LOCKED" };
      if (factor === "sms" && sms.knowsRoute && sms.route === "landline") {
        return { status: 409, code: "NO_TEXT_TO_LANDLINE" };
      }
      const book = this.#bookFor(ceremony, factor);
      if (book.sent > otp.resends) return { status: 429, code: "TOO_MANY_CODES" };
      this.deliveries.send(book.issue(), book);
      return { status: 200, body: { ceremony } };
    });
  }

  enterCode(
    factor: FactorName,
    { ceremony, digits }: { readonly ceremony: string; readonly digits: string },
  ) {
    return this.#parts.gateway.pass({ call: `${factor}/verify`, ceremony }, async () => {
      if (this.#lock.locked) {
        this.#lock.tried();
        return this.#judge(factor, ceremony, { status: 423, code: "LOCKED" });
      }
      const verdict = this.#verdictOn(factor, { ceremony, digits });
      if (verdict === "accepted") {
        this.#lock.clear();
        this.#proved.add(factor);
        return this.#judge(factor, ceremony, undefined);
      }
      if (verdict === "wrong" || this.#parts.knobs().otp.expiredCounts) this.#lock.fail();
      return this.#judge(factor, ceremony, { status: 401, code: REFUSALS[verdict] });
    });
  }

  /** Begins an attempt with a factor that needs no message. */
  openAttempt(): string {
    return this.#nextId();
  }

  /** Somebody comes back from a sign-in provider with a valid account there. */
  providerLogin(provider: ProviderName): Promise<SiteAnswer<FactorAttempt>> {
    const ceremony = this.#nextId();
    return this.#parts.gateway.pass<FactorAttempt>({ call: `${provider}/login`, ceremony }, async () => {
      const state = this.#linked.has(provider) ? "linked" : this.#parts.knobs().idp[provider];
      if (state === "linked") return { ...this.#accept(ceremony), body: { ceremony } };
      if (state === "linkable") return { status: 202, code: "LINK_NEEDED", body: { ceremony } };
      return this.#refuse(ceremony, { status: 404, code: "NOT_LINKED" });
    });
  }

  /** The code that proves the account before it is linked; it lives `idp.codeTtlMs` from now. */
  openLink(ceremony: string): { readonly expired: () => boolean; readonly end: () => void } {
    const { clock, trace } = this.#env;
    const timer = { timer: IDP_TIMER, budgetMs: this.#parts.knobs().idp.codeTtlMs, ceremony };
    let state: "live" | "expired" | "ended" = "live";
    trace.emit({ kind: "timer.armed", ...timer });
    const disarm = clock.arm(timer.budgetMs, IDP_TIMER, () => {
      state = "expired";
      trace.emit({ kind: "timer.fired", ...timer });
    });
    return {
      expired: () => state === "expired",
      end: () => {
        if (state !== "live") return;
        state = "ended";
        disarm();
        trace.emit({ kind: "timer.disarmed", ...timer });
      },
    };
  }

  linkProvider(provider: ProviderName, { ceremony, expired }: { ceremony: string; expired: () => boolean }) {
    return this.#parts.gateway.pass({ call: `${provider}/link`, ceremony }, async () => {
      if (expired()) return this.#refuse(ceremony, { status: 401, code: "CODE_EXPIRED" });
      this.#linked.add(provider);
      this.#enrolment(provider, "linked", "owner");
      return this.#accept(ceremony);
    });
  }

  /** The settings page: puts another factor in the place of those there are. */
  changeFactor(to: FactorName): Promise<SiteAnswer> {
    const ceremony = this.#nextId();
    return this.#parts.gateway.pass({ call: "settings/factor", ceremony }, async () => {
      const { requires } = this.#parts.knobs().settings;
      if (requires === "enrolled-factor" && this.#proved.size === 0) {
        return { status: 401, code: "FACTOR_NEEDED" };
      }
      this.#replaceFactors(to, "owner");
      return { status: 200 };
    });
  }

  /** What support does once it knows who is calling: all in one step, so that no moment is without a factor. */
  async reset(): Promise<SiteAnswer> {
    const ceremony = this.#nextId();
    await sleep(this.#env.clock, this.#parts.knobs().reset.identityMs, "reset.identity");
    return this.#parts.gateway.pass({ call: "support/reset", ceremony }, async () => {
      const { reset } = this.#parts.knobs();
      this.#replaceFactors(reset.newFactor, "support");
      this.#lock.clear();
      if (reset.passkeys === "revoked") this.#parts.revokePasskeys(ceremony);
      this.#enrolment("passkey", reset.passkeys, "support");
      if (reset.noticeTo === "mail") this.#parts.mail.queue("Your sign-in methods were changed");
      return { status: 200 };
    });
  }

  #has(factor: FactorName): boolean {
    return this.#enrolled.has(factor === "voice" ? "sms" : factor);
  }

  #replaceFactors(to: FactorName, by: "owner" | "support"): void {
    this.#enrolled.add(to);
    this.#enrolment(to, "enrolled", by);
    for (const factor of [...this.#enrolled]) {
      if (factor === to) continue;
      this.#enrolled.delete(factor);
      this.#enrolment(factor, "revoked", by);
    }
  }

  #verdictOn(factor: FactorName, { ceremony, digits }: { ceremony: string; digits: string }): CodeVerdict {
    if (factor === "app") return this.#has("app") && this.app.accepts(digits) ? "accepted" : "wrong";
    return this.#books.get(ceremony)?.redeem(digits) ?? "wrong";
  }

  #bookFor(ceremony: string, factor: FactorName): CodeBook {
    const known = this.#books.get(ceremony);
    if (known?.factor === factor) return known;
    const book = new CodeBook(this.#env, { knobs: this.#parts.knobs, ceremony, factor });
    this.#books.set(ceremony, book);
    return book;
  }

  /** Notes the attempt and what it came to. */
  #judge(factor: FactorName, ceremony: string, refusal: SiteAnswer<never> | undefined): SiteAnswer {
    this.#env.trace.emit({
      kind: "factor.attempt",
      factor,
      ceremony,
      outcome: refusal ? "refused" : "accepted",
      ...(refusal?.code !== undefined && { reason: refusal.code }),
      failures: this.#lock.failures,
    });
    if (factor === "mail" && this.#parts.knobs().rp.stepUpTtlMs !== null) {
      if (refusal) return refusal;
      this.#parts.access.steppedUp();
      return { status: 200 };
    }
    return refusal ? this.#refuse(ceremony, refusal) : this.#accept(ceremony);
  }

  #accept(ceremony: string): SiteAnswer<never> {
    this.#parts.access.signedIn();
    this.#env.trace.emit({ kind: "rp.login", outcome: "accepted", ceremony });
    return { status: 200 };
  }

  #refuse(ceremony: string, refusal: SiteAnswer<never>): SiteAnswer<never> {
    const reason = refusal.code ?? String(refusal.status);
    this.#env.trace.emit({ kind: "rp.login", outcome: "refused", ceremony, reason });
    return refusal;
  }

  #enrolment(
    factor: string,
    change: "enrolled" | "revoked" | "kept" | "linked",
    by: "owner" | "support",
  ): void {
    this.#env.trace.emit({ kind: "factor.enrolment", factor, change, by });
  }

  #nextId(): string {
    this.#attempts += 1;
    return `f${this.#attempts}`;
  }
}
