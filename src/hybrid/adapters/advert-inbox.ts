import { AsyncQueue, QueueFullError } from "../../core/queue.js";
import type { ReceivedAdvert } from "../ports.js";

/**
 * Queues adverts that a radio received and no reader took yet. A full queue drops further adverts, as a radio would:
 * phones repeat them.
 */
export class AdvertInbox extends AsyncQueue<ReceivedAdvert> {
  override put(advert: ReceivedAdvert): void {
    try {
      super.put(advert);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
    }
  }

  /** Everything in order. @throws the signal's reason, or what the inbox was closed with. */
  async *until(signal: AbortSignal): AsyncGenerator<ReceivedAdvert, void, undefined> {
    for (let advert = await this.next(signal); advert; advert = await this.next(signal)) yield advert;
  }
}
