import { sleep } from "../../core/clock.js";
import { envFor, envIn, type Env } from "../../core/env.js";
import type { Background } from "../../core/background.js";
import type { Knobs } from "../knobs/knobs.js";
import type { Code, OtpStore } from "./code-book.js";
import { Inbox } from "./inbox.js";

export interface DeliveriesDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

type Change =
  | "undeliverable"
  | "arrived"
  | "filtered"
  | "found"
  | "relayed"
  | "opened-by-scanner"
  | "lost"
  | "unreadable";

/**
 * Delivers codes to the user over each channel: a mobile, a landline, another user's telephone, an inbox, a spam
 * folder.
 */
export class Deliveries {
  readonly inbox = new Inbox();
  readonly #sms: Env;
  readonly #mail: Env;
  readonly #deps: DeliveriesDeps;

  constructor(env: Env, deps: DeliveriesDeps) {
    this.#sms = envFor(env, "sms");
    this.#mail = envFor(env, "mail");
    this.#deps = deps;
  }

  /** Returns at once; the site learns nothing of what becomes of it. */
  send(code: Code, otpStore: OtpStore): void {
    const delivery =
      otpStore.factor === "mail" ? this.#byMail(code, otpStore) : this.#byTelephone(code, otpStore);
    void this.#deps.background.add(delivery);
  }

  async #byTelephone(code: Code, otpStore: OtpStore): Promise<void> {
    const { sms, relay } = this.#deps.knobs();
    const env = envIn(this.#sms, otpStore.context);
    if (sms.delayMs === null) return this.#note(env, { code, otpStore, change: "lost", route: sms.route });
    await sleep(env.clock, sms.delayMs, "sms.delay");
    if (sms.route === "landline" && otpStore.factor === "sms") {
      return this.#note(env, { code, otpStore, change: "undeliverable", route: "landline" });
    }
    this.#note(env, { code, otpStore, change: "arrived", route: sms.route });
    otpStore.arrived(code);
    if (sms.route === "spouse") {
      if (relay.humanMs === null) return;
      await sleep(env.clock, relay.humanMs, "relay.human");
      this.#note(env, { code, otpStore, change: "relayed", route: sms.route });
    }
    this.#handOver(env, { code, otpStore, where: "sms" });
  }

  async #byMail(code: Code, otpStore: OtpStore): Promise<void> {
    const { mail, user } = this.#deps.knobs();
    const env = envIn(this.#mail, otpStore.context);
    if (mail.scannerMs !== null) void this.#deps.background.add(this.#scan(code, otpStore, mail.scannerMs));
    if (mail.delayMs === null) return this.#note(env, { code, otpStore, change: "lost" });
    await sleep(env.clock, mail.delayMs, "mail.delay");
    otpStore.arrived(code);
    if (mail.spam) {
      this.#note(env, { code, otpStore, change: "filtered" });
      await sleep(env.clock, user.findMs, "user.find");
      this.#note(env, { code, otpStore, change: "found" });
    } else this.#note(env, { code, otpStore, change: "arrived" });
    if (!mail.readable) return this.#note(env, { code, otpStore, change: "unreadable" });
    this.#handOver(env, { code, otpStore, where: "mail" });
  }

  /** Mail gateways open links to see what is behind them. */
  async #scan(code: Code, otpStore: OtpStore, scannerMs: number): Promise<void> {
    const env = envIn(this.#mail, otpStore.context);
    await sleep(env.clock, scannerMs, "mail.scanner");
    const { link } = this.#deps.knobs().otp;
    if (link === "none") return;
    this.#note(env, { code, otpStore, change: "opened-by-scanner" });
    if (link === "get-consumes") otpStore.consume(code);
  }

  #handOver(
    env: Env,
    {
      code,
      otpStore,
      where,
    }: { readonly code: Code; readonly otpStore: OtpStore; readonly where: "sms" | "mail" },
  ): void {
    env.trace.emit({ kind: "user.saw", where, text: `Your code, message ${code.number}` });
    this.inbox.put({ ...code, ceremony: otpStore.ceremony });
  }

  #note(
    env: Env,
    {
      code,
      otpStore,
      change,
      route,
    }: {
      readonly code: Code;
      readonly otpStore: OtpStore;
      readonly change: Change;
      readonly route?: Knobs["sms"]["route"];
    },
  ): void {
    env.trace.emit({
      kind: "factor.code",
      factor: otpStore.factor,
      number: code.number,
      change,
      ...(route !== undefined && { route }),
    });
  }
}
