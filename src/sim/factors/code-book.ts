import { drawFraction } from "../../core/entropy.js";
import type { Env } from "../../core/env.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { TraceContext } from "../../core/trace.js";
import type { Knobs } from "../knobs/knobs.js";

/**
 * Second factors: a text message, a mail, an app that makes its own codes, a call that reads the code out, a call of the
 * user to the site.
 */
export type FactorName = "sms" | "mail" | "app" | "voice" | "call";

/** Names the sign-in provider at which the user has an account that may open this one. */
export type ProviderName = "line" | "google";

/** A code as it travels. The digits are a secret: they never enter a trace. */
export interface Code {
  readonly number: number;
  readonly digits: string;
}

type HeldCode = Code & { state: "live" | "voided" | "expired" | "used" };

/** What a site says of a code that was typed. */
export type CodeVerdict = "accepted" | "wrong" | "expired" | "voided" | "used";

export interface OtpStoreDeps {
  readonly knobs: () => Knobs;
  readonly ceremony: string;
  readonly factor: FactorName;
}

const DIGITS = 6;
const TTL_TIMER = "otp.ttl";
const RENEW_TIMER = "otp.renew";

/** The codes of one attempt to sign in: how many were sent, which of them is still good. */
export class OtpStore {
  readonly ceremony: string;
  readonly factor: FactorName;
  readonly #env: Env;
  readonly #knobs: () => Knobs;
  readonly #codes: HeldCode[] = [];
  #sent = 0;
  #ttl: RunningTimer | undefined;
  #renewal: RunningTimer | undefined;

  constructor(env: Env, { knobs, ceremony, factor }: OtpStoreDeps) {
    this.#env = env;
    this.#knobs = knobs;
    this.ceremony = ceremony;
    this.factor = factor;
  }

  /** The span that the attempt belongs to. */
  get context(): TraceContext {
    return this.#env.trace.context;
  }

  /** How many messages were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** A code to send: a new one, or the one that still lives, as the site has it. */
  issue(): Code {
    const live = this.#live;
    this.#sent += 1;
    if (live && !this.#knobs().otp.rotateOnResend) {
      this.#emit("sent-again", live.number);
      return live;
    }
    if (live) {
      live.state = "voided";
      this.#ttl?.disarm();
      this.#emit("voided", live.number);
    }
    const code = this.#make();
    this.#emit("issued", code.number);
    if (this.#knobs().otp.ttlFrom === "issue") this.#count(code);
    this.#renewLater(code);
    return code;
  }

  /** The code that stands on the page, where it is not in the message. */
  get onScreen(): Code | undefined {
    return this.#live;
  }

  /** Marks the message as arrived in the user's reach; sites that know of the arrival may count from here. */
  arrived({ number }: Code): void {
    const code = this.#codes[number - 1];
    if (code?.state === "live" && this.#knobs().otp.ttlFrom === "arrival") this.#count(code);
  }

  /** Spends the code because a client opened a link that holds the code, and the site counted that as its use. */
  consume({ number }: Code): void {
    const code = this.#codes[number - 1];
    if (code?.state !== "live") return;
    code.state = "used";
    this.#ttl?.disarm();
    this.#renewal?.disarm();
  }

  /** Spends the code that was typed, or says why it does not count. */
  redeem(digits: string): CodeVerdict {
    const code = this.#codes.findLast((candidate) => candidate.digits === digits);
    if (code === undefined) return "wrong";
    if (code.state !== "live") return code.state;
    this.consume(code);
    return "accepted";
  }

  get #live() {
    return this.#codes.find(({ state }) => state === "live");
  }

  #count(code: HeldCode): void {
    this.#ttl?.disarm();
    this.#ttl = startTimer(this.#env, { timer: TTL_TIMER, budgetMs: this.#knobs().otp.ttlMs }, () => {
      // A code on the page may have been replaced since.
      (this.#live ?? code).state = "expired";
      this.#renewal?.disarm();
    });
  }

  #make() {
    const number = this.#codes.length + 1;
    const entropy = this.#env.entropy.fork(`code ${this.ceremony} ${number}`);
    const digits = Array.from({ length: DIGITS }, () => Math.floor(drawFraction(entropy) * 10)).join("");
    const code: HeldCode = { number, digits, state: "live" };
    this.#codes.push(code);
    return code;
  }

  /** Replaces a code that stands on the page, again and again while it is good. */
  #renewLater(code: HeldCode): void {
    const { renewMs } = this.#knobs().otp;
    if (renewMs === null) return;
    this.#renewal?.disarm();
    this.#renewal = startTimer(this.#env, { timer: RENEW_TIMER, budgetMs: renewMs }, () => {
      if (code.state !== "live") return;
      code.state = "voided";
      const next = this.#make();
      this.#emit("renewed", next.number);
      this.#renewLater(next);
    });
  }

  #emit(change: "issued" | "sent-again" | "voided" | "renewed", number: number): void {
    this.#env.trace.emit({ kind: "factor.code", factor: this.factor, number, change });
  }
}
