import { joinedSignal, never } from "../../core/abort.js";
import { askPort, closeQuietly } from "../../hybrid/ask-port.js";
import { l2capTunnel } from "../../hybrid/l2cap.js";
import type { ListeningChannel, Tunnel } from "../../hybrid/ports.js";

/** What came first, and through which way. */
export interface FirstMessage {
  readonly tunnel: Tunnel;
  readonly message: Uint8Array;
}

/** Callers through the phone's own port that may be silent at once; the one that waits longest makes room. */
const SILENT_MAX = 4;
/** Callers that are let in at all during one session: the client needs one, and comes through the tunnel as well. */
const CALLERS_MAX = 64;

/**
 * Waits for the client where it may come: in the tunnel, or through the phone's own port. The two are never used
 * at once; the way not taken is left. At least one of them is there. A caller at the port that says nothing keeps no client out.
 *
 * @returns `undefined` when the tunnel ended first.
 */
export async function firstMessage(
  tunnel: Tunnel | undefined,
  port: ListeningChannel | undefined,
  signal: AbortSignal,
): Promise<FirstMessage | undefined> {
  if (port === undefined) return tunnel && from(tunnel, signal);
  const decided = new AbortController();
  const { signal: either, release } = joinedSignal(signal, decided.signal);
  const throughTunnel = tunnel ? from(tunnel, either) : never(either);
  const throughPort = new PortCallers(port, either);
  try {
    const first = await Promise.race([throughTunnel, throughPort.first]);
    if (first && first.tunnel !== tunnel) closeQuietly(tunnel);
    return first;
  } finally {
    // A caller that is still silent is turned away by that.
    decided.abort();
    // The way not taken has nobody to hear of its end.
    await Promise.allSettled([throughTunnel, throughPort.first]);
    release();
  }
}

/** Those who call at a phone's port, until one of them says something. */
class PortCallers {
  /** Settles with the first message; rejects when the port fails or the signal aborts. */
  readonly first: Promise<FirstMessage>;
  readonly #silent = new Set<Tunnel>();

  constructor(port: ListeningChannel, signal: AbortSignal) {
    this.first = new Promise((resolve, reject) => {
      this.#accept(port, signal, resolve).catch(reject);
    });
  }

  async #accept(
    port: ListeningChannel,
    signal: AbortSignal,
    resolve: (first: FirstMessage) => void,
  ): Promise<never> {
    for (let callers = 0; callers < CALLERS_MAX; callers += 1) {
      const channel = await askPort("channel listener", () => port.accept(signal), {
        signal,
        onLate: (late) => late.close(),
      });
      const [longest] = this.#silent;
      if (longest && this.#silent.size === SILENT_MAX) this.#drop(longest);
      const tunnel = l2capTunnel(channel);
      this.#silent.add(tunnel);
      from(tunnel, signal).then(
        (first) => (first ? resolve(first) : this.#drop(tunnel)),
        () => this.#drop(tunnel),
      );
    }
    return never(signal);
  }

  #drop(tunnel: Tunnel): void {
    this.#silent.delete(tunnel);
    closeQuietly(tunnel);
  }
}

async function from(tunnel: Tunnel, signal: AbortSignal): Promise<FirstMessage | undefined> {
  const message = await askPort("tunnel", () => tunnel.receive(signal), { signal });
  return message && { tunnel, message };
}
