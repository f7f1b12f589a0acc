import { sleep } from "../../core/clock.js";
import { envFor, envIn, type Env } from "../../core/env.js";
import type { Background } from "../../core/background.js";
import type { Knobs } from "../knobs/knobs.js";
import type { Code, CodeBook } from "./code-book.js";
import { Inbox } from "./inbox.js";

export interface DeliveriesParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

type Change = "undeliverable" | "arrived" | "filtered" | "found" | "relayed" | "opened-by-scanner";

/** The roads a code takes to the person: a mobile, a landline, somebody else's telephone, a mailbox, a spam folder. */
export class Deliveries {
  readonly inbox = new Inbox();
  readonly #sms: Env;
  readonly #mail: Env;
  readonly #parts: DeliveriesParts;

  constructor(env: Env, parts: DeliveriesParts) {
    this.#sms = envFor(env, "sms");
    this.#mail = envFor(env, "mail");
    this.#parts = parts;
  }

  /** Returns at once; the site learns nothing of what becomes of it. */
  send(code: Code, book: CodeBook): void {
    const road = book.factor === "mail" ? this.#byMail(code, book) : this.#byTelephone(code, book);
    void this.#parts.background.add(road);
  }

  async #byTelephone(code: Code, book: CodeBook): Promise<void> {
    const { sms, relay } = this.#parts.knobs();
    const env = envIn(this.#sms, book.context);
    if (sms.delayMs === null) return;
    await sleep(env.clock, sms.delayMs, "sms.delay");
    if (sms.route === "landline" && book.factor === "sms") {
      return this.#note(env, { code, book, change: "undeliverable", route: "landline" });
    }
    this.#note(env, { code, book, change: "arrived", route: sms.route });
    book.arrived(code);
    if (sms.route === "spouse") {
      if (relay.humanMs === null) return;
      await sleep(env.clock, relay.humanMs, "relay.human");
      this.#note(env, { code, book, change: "relayed", route: sms.route });
    }
    this.#handOver(env, { code, book, where: "sms" });
  }

  async #byMail(code: Code, book: CodeBook): Promise<void> {
    const { mail, user } = this.#parts.knobs();
    const env = envIn(this.#mail, book.context);
    if (mail.scannerMs !== null) void this.#parts.background.add(this.#scan(code, book, mail.scannerMs));
    if (mail.delayMs === null) return;
    await sleep(env.clock, mail.delayMs, "mail.delay");
    book.arrived(code);
    if (mail.spam) {
      this.#note(env, { code, book, change: "filtered" });
      await sleep(env.clock, user.findMs, "user.find");
      this.#note(env, { code, book, change: "found" });
    } else this.#note(env, { code, book, change: "arrived" });
    this.#handOver(env, { code, book, where: "mail" });
  }

  /** Mail gateways open links to see what is behind them. */
  async #scan(code: Code, book: CodeBook, scannerMs: number): Promise<void> {
    const env = envIn(this.#mail, book.context);
    await sleep(env.clock, scannerMs, "mail.scanner");
    const { link } = this.#parts.knobs().otp;
    if (link === "none") return;
    this.#note(env, { code, book, change: "opened-by-scanner" });
    if (link === "get-consumes") book.consume(code);
  }

  #handOver(
    env: Env,
    { code, book, where }: { readonly code: Code; readonly book: CodeBook; readonly where: "sms" | "mail" },
  ): void {
    env.trace.emit({ kind: "user.saw", where, text: `Your code, message ${code.number}` });
    this.inbox.put({ ...code, ceremony: book.ceremony });
  }

  #note(
    env: Env,
    {
      code,
      book,
      change,
      route,
    }: {
      readonly code: Code;
      readonly book: CodeBook;
      readonly change: Change;
      readonly route?: Knobs["sms"]["route"];
    },
  ): void {
    env.trace.emit({
      kind: "factor.code",
      factor: book.factor,
      number: code.number,
      change,
      ...(route !== undefined && { route }),
    });
  }
}
