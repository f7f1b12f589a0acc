import type { WebSocket } from "ws";
import type { Env } from "../../core/env.js";
import type { TunnelClose } from "../../hybrid/ports.js";
import type { RelayEnd, RelaySide } from "../../hybrid/relay/relay-tunnel.js";

/** @see RFC 6455 §7.4.1: neither may be sent. */
const CLOSE = { NORMAL: 1000, NO_STATUS: 1005, ABNORMAL: 1006 } as const;

/** One connection to a tunnel service, between its socket and the relay. */
export class WsRelaySide {
  readonly #env: Env;
  readonly #socket: WebSocket;
  readonly #latencyMs: number;

  /** @param latencyMs one way. */
  constructor(env: Env, socket: WebSocket, latencyMs: number) {
    this.#env = env;
    this.#socket = socket;
    this.#latencyMs = latencyMs;
  }

  join(join: (end: RelayEnd) => RelaySide): void {
    const socket = this.#socket;
    const side = join({
      deliver: (message) => this.#later(() => socket.send(message, () => {})),
      close: (how) => this.#later(() => this.#close(how)),
    });
    socket.on("message", (data, isBinary) => {
      if (!isBinary) return this.#later(() => side.text());
      const message = Uint8Array.from(data as Buffer);
      this.#later(() => side.message(message));
    });
    // Followed by a close, which notifies the relay.
    socket.on("error", () => {});
    // A close without a status is a clean one, too.
    socket.on("close", (code) =>
      this.#later(() => side.gone({ code: code === CLOSE.NO_STATUS ? CLOSE.NORMAL : code })),
    );
  }

  #close({ code, reason }: TunnelClose): void {
    if (code === CLOSE.ABNORMAL) this.#socket.terminate();
    else this.#socket.close(code, reason);
  }

  /** Equal waits keep the order. */
  #later(work: () => void): void {
    if (this.#latencyMs === 0) work();
    else this.#env.clock.arm(this.#latencyMs, "tunnel.latency", work);
  }
}
