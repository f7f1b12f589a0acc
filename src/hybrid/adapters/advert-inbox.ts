import { Mailbox, MailboxFullError } from "../../core/queue.js";
import type { HeardAdvert } from "../ports.js";

/** What a radio heard and nobody took yet. When it is full the rest is lost, as on the air: phones repeat. */
export class AdvertInbox extends Mailbox<HeardAdvert> {
  override put(advert: HeardAdvert): void {
    try {
      super.put(advert);
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
    }
  }

  /** Everything in order. @throws the signal's reason, or what the inbox was closed with. */
  async *until(signal: AbortSignal): AsyncGenerator<HeardAdvert, void, undefined> {
    for (let advert = await this.next(signal); advert; advert = await this.next(signal)) yield advert;
  }
}
