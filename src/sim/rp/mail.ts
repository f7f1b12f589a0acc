import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { Background } from "../../core/background.js";
import type { Knobs } from "../knobs/knobs.js";
import type { LedgerMail } from "../../diagnosis/ledger.js";

export interface MailParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/** The site's mail: a queue in front, the person's inbox at the end, `mail.delayMs` between them. */
export class SimMail {
  readonly #env: Env;
  readonly #parts: MailParts;
  readonly #mails: { subject: string; stage: LedgerMail["stage"] }[] = [];

  constructor(env: Env, parts: MailParts) {
    this.#env = env;
    this.#parts = parts;
  }

  get mails(): readonly LedgerMail[] {
    return this.#mails.map((mail) => ({ ...mail }));
  }

  /** Returns at once; delivery goes on in the background. */
  queue(subject: string): void {
    const mail = { subject, stage: "queued" as LedgerMail["stage"] };
    this.#mails.push(mail);
    this.#env.trace.emit({ kind: "rp.mail", subject, stage: "queued" });
    void this.#parts.background.add(this.#deliver(mail));
  }

  async #deliver(mail: { readonly subject: string; stage: LedgerMail["stage"] }): Promise<void> {
    const { clock, trace } = this.#env;
    await sleep(clock, this.#parts.knobs().mail.delayMs, "mail.delay");
    mail.stage = "delivered";
    trace.emit({ kind: "rp.mail", subject: mail.subject, stage: "delivered" });
    trace.emit({ kind: "user.saw", where: "mail", text: mail.subject });
  }
}
