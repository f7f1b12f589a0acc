import type { TraceContext } from "../core/trace.js";
import { askPort } from "./ask-port.js";
import type { AdvertScanner, ReceivedAdvert } from "./ports.js";

/**
 * Yields what a scanner receives until the signal aborts, whether or not the scanner heeds it. Leaving the loop tells
 * the scanner to stop and does not wait until it did.
 *
 * @throws {HybridError} `PORT_FAILED`. @throws what the scanner throws of this library's errors, or the signal's reason.
 */
export async function* advertsOf(
  scanner: AdvertScanner,
  signal: AbortSignal,
  context: TraceContext | undefined,
): AsyncGenerator<ReceivedAdvert, void, undefined> {
  const start = async () => scanner.listen(signal, context)[Symbol.asyncIterator]();
  const received = await askPort("scanner", start, { signal });
  try {
    for (;;) {
      const next = await askPort("scanner", () => received.next(), { signal });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A scanner that fails while it stops has nobody left to tell.
    received.return?.().catch(() => undefined);
  }
}
