import { sleep } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import type { Background } from "../../core/background.js";
import type { Knobs } from "../knobs/knobs.js";
import type { LedgerMail } from "../../diagnosis/ledger.js";

export interface MailDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/** Simulates the site's mail: a queue in front, the user's inbox at the end, `mail.delayMs` between them. */
export class SimMail {
  readonly #env: Env;
  readonly #deps: MailDeps;
  readonly #mails: { subject: string; stage: LedgerMail["stage"] }[] = [];

  constructor(env: Env, deps: MailDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  get mails(): readonly LedgerMail[] {
    return this.#mails.map((mail) => ({ ...mail }));
  }

  /**
   * Queues a mail and returns at once; delivery goes on in the background.
   *
   * @param context the span that the mail is about.
   */
  queue(subject: string, context?: TraceContext): void {
    const env = envIn(this.#env, context);
    const mail = { subject, stage: "queued" as LedgerMail["stage"] };
    this.#mails.push(mail);
    env.trace.emit({ kind: "rp.mail", subject, stage: "queued" });
    void this.#deps.background.add(this.#deliver(env, mail));
  }

  async #deliver(
    { clock, trace }: Env,
    mail: { readonly subject: string; stage: LedgerMail["stage"] },
  ): Promise<void> {
    const { delayMs } = this.#deps.knobs().mail;
    if (delayMs === null) return;
    await sleep(clock, delayMs, "mail.delay");
    mail.stage = "delivered";
    trace.emit({ kind: "rp.mail", subject: mail.subject, stage: "delivered" });
    trace.emit({ kind: "user.saw", where: "mail", text: mail.subject });
  }
}
