import { AsyncQueue, QueueFullError } from "../../core/queue.js";
import type { ReceivedAdvert } from "../ports.js";
import { SERVICE_DATA_BYTES_MAX } from "../protocol/constants.js";

const ADVERTS_MAX = 4096;

/**
 * Queues adverts that a radio received and no reader took yet. A full queue drops further adverts, as a radio would:
 * phones repeat them.
 */
export class AdvertInbox extends AsyncQueue<ReceivedAdvert> {
  constructor() {
    super(ADVERTS_MAX);
  }

  override put(advert: ReceivedAdvert): void {
    // No radio carries more in one piece: this datagram is no advert.
    if (advert.serviceData.length > SERVICE_DATA_BYTES_MAX) return;
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
