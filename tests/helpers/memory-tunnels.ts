import { AsyncQueue } from "../../src/core/queue.js";
import type { Tunnel, TunnelClose } from "../../src/hybrid/ports.js";

/** Two ends of one tunnel with nothing in between and no time. */
export function memoryTunnels(): readonly [Tunnel, Tunnel] {
  const [here, there] = [new AsyncQueue<Uint8Array>(), new AsyncQueue<Uint8Array>()];
  let end: (how: TunnelClose) => void = () => {};
  const closed = new Promise<TunnelClose>((resolve) => {
    end = resolve;
  });
  const side = (own: AsyncQueue<Uint8Array>, other: AsyncQueue<Uint8Array>): Tunnel => ({
    closed,
    send: (message) => other.put(message),
    receive: (signal) => own.next(signal),
    close(code = 1000) {
      own.close();
      other.close();
      end({ code });
    },
  });
  return [side(here, there), side(there, here)];
}
