import type { TunnelClose } from "../ports.js";

/** What one side of a tunnel may send. */
export interface RelayQuotas {
  /** Messages in each direction, the connect signal not counted. */
  readonly maxMessages: number;
  /** Bytes of one message. */
  readonly maxBytes: number;
  /** Messages kept for a side that has not come yet. */
  readonly queueMax: number;
  /** Messages in all until the tunnel closes: the next is lost, and both sides see their connection close; `null`: none. */
  readonly dropAfter: number | null;
  /** Probability that it closes, drawn anew at each message: 0 to 1. */
  readonly breakChance: number;
  /** Number of the message that arrives with one bit changed, counted over both sides; `null`: none. */
  readonly garble: number | null;
}

/** A side of a tunnel, as the relay reaches it. */
export interface RelayEnd {
  deliver(message: Uint8Array): void;
  close(how: TunnelClose): void;
}

/** A side of a tunnel, as it reaches the relay. */
export interface RelaySide {
  message(message: Uint8Array): void;
  /** A text frame came, which has no place here. */
  text(): void;
  /** The side closed its connection, or vanished (1006). */
  gone(how: TunnelClose): void;
}

/** WebSocket close codes. @see RFC 6455 §7.4.1 */
const CLOSE = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  NOT_BINARY: 1003,
  ABNORMAL: 1006,
  POLICY: 1008,
  TOO_BIG: 1009,
} as const;

/** Two ends and what goes between them. Either side closing closes the other. */
export class RelayTunnel {
  readonly #quotas: RelayQuotas;
  readonly #onEnd: (how: TunnelClose) => void;
  readonly #ends: RelayEnd[] = [];
  readonly #early: Uint8Array[] = [];
  readonly #draw: () => number;
  #over = false;
  #relayed = 0;

  /** @param draw from 0 to just below 1; asked only where there is a chance to draw for. */
  constructor(quotas: RelayQuotas, onEnd: (how: TunnelClose) => void, draw: () => number = () => 1) {
    this.#quotas = quotas;
    this.#draw = draw;
    this.#onEnd = onEnd;
  }

  /** The first side waits; what it sent meanwhile is the second's on arrival. A tunnel that is over closes at once. */
  join(end: RelayEnd): RelaySide {
    if (this.#over) end.close({ code: CLOSE.GOING_AWAY });
    else this.#ends.push(end);
    for (const message of this.#early.splice(0)) end.deliver(message);
    let sent = 0;
    return {
      message: (message) => {
        if (this.#over) return;
        if (message.length > this.#quotas.maxBytes) {
          return this.end({ code: CLOSE.TOO_BIG, reason: `a message of ${message.length} bytes` });
        }
        if (++sent > this.#quotas.maxMessages) {
          return this.end({ code: CLOSE.POLICY, reason: `more than ${this.#quotas.maxMessages} messages` });
        }
        if (this.#relayed === this.#quotas.dropAfter || this.#breaksByChance()) {
          return this.end({ code: CLOSE.ABNORMAL, reason: `broke after ${this.#relayed} messages` });
        }
        this.#relayed++;
        this.#relay(end, this.#relayed === this.#quotas.garble ? garbled(message) : message);
      },
      text: () => this.end({ code: CLOSE.NOT_BINARY, reason: "a text frame" }),
      gone: ({ code }) => {
        const clean = code === CLOSE.NORMAL;
        this.end(clean ? { code } : { code: CLOSE.GOING_AWAY, reason: "one side vanished" });
      },
    };
  }

  /** Sends a message of the service's own to the side that connected first. */
  announce(message: Uint8Array): void {
    this.#ends[0]?.deliver(message);
  }

  end(how: TunnelClose): void {
    if (this.#over) return;
    this.#over = true;
    for (const end of this.#ends) end.close(how);
    this.#onEnd(how);
  }

  #breaksByChance(): boolean {
    const { breakChance } = this.#quotas;
    return breakChance > 0 && this.#draw() < breakChance;
  }

  #relay(from: RelayEnd, message: Uint8Array): void {
    const to = this.#ends.find((end) => end !== from);
    if (to) return to.deliver(message);
    if (this.#early.length >= this.#quotas.queueMax) {
      return this.end({
        code: CLOSE.POLICY,
        reason: `more than ${this.#quotas.queueMax} messages before the peer`,
      });
    }
    this.#early.push(message);
  }
}

/** In the last byte, which belongs to a seal in every message. */
function garbled(message: Uint8Array): Uint8Array {
  const copy = message.slice();
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
