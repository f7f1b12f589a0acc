import type { WebSocket } from "ws";
import { QueueFullError } from "../../core/queue.js";
import { messageInbox } from "../message-inbox.js";
import type { Tunnel, TunnelClose } from "../ports.js";

/** @see RFC 6455 §7.4.1 */
const CloseCode = { NORMAL: 1000, UNSUPPORTED_DATA: 1003, POLICY: 1008 } as const;

/** A WebSocket as a tunnel. Takes it over from the moment it is made, open or not. */
export class WsTunnel implements Tunnel {
  readonly closed: Promise<TunnelClose>;
  readonly #socket: WebSocket;
  readonly #inbox = messageInbox();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => {
      // Text has no place here; Chromium hangs up as well.
      if (!isBinary) return socket.close(CloseCode.UNSUPPORTED_DATA);
      this.#put(Uint8Array.from(data as Buffer));
    });
    // Every error is followed by a close, which reports the same failure.
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.#inbox.close();
        resolve({ code, ...(reason.length > 0 && { reason: reason.toString("utf8") }) });
      });
    });
  }

  send(message: Uint8Array): void {
    // The package throws before the socket is open and reports to the callback after it closed.
    this.#socket.send(message, () => {});
  }

  receive(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#inbox.next(signal);
  }

  close(code: number = CloseCode.NORMAL): void {
    this.#socket.close(code);
  }

  #put(message: Uint8Array): void {
    try {
      this.#inbox.put(message);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      this.#socket.close(CloseCode.POLICY, "nobody reads");
    }
  }
}
