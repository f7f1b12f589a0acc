import { concat, equalBytes } from "../core/bytes.js";
import { isHarnessError } from "../core/errors.js";
import { type AsyncQueue, QueueFullError } from "../core/queue.js";
import { messageInbox } from "./message-inbox.js";
import { frameForL2cap, L2capReader, type L2capReading } from "./protocol/l2cap-framing.js";
import type { ByteChannel, Tunnel, TunnelClose } from "./ports.js";

/** Reuses the close codes of WebSocket, because an L2CAP channel has none. @see RFC 6455 §7.4.1 */
const CLOSED = { NORMALLY: 1000, ABNORMALLY: 1006, POLICY: 1008, TOO_BIG: 1009 } as const;

/** How a message ends, where nothing else says so. */
const END = Uint8Array.of(0x0d, 0x0a);

/**
 * A phone's L2CAP channel as a tunnel: the same messages, without a service in between.
 *
 * A channel that ends in the middle of a message ended abnormally.
 *
 * @see CTAP 2.3 §11.5 (data channels)
 */
export function l2capTunnel(channel: ByteChannel, reading: L2capReading = {}): Tunnel {
  const reader = new L2capReader(reading);
  const inbox = messageInbox();
  let opens: ((candidate: Uint8Array) => boolean) | undefined;
  let ownCode: number | undefined;
  // A message may turn out to be whole only once its reader has keys: split when asked, not when bytes come.
  let waiting = Promise.resolve();

  const closed = new Promise<TunnelClose>((resolve) => {
    void pump(channel, inbox, reading.framing)
      .catch((error: unknown) => {
        inbox.close();
        channel.close();
        return error instanceof QueueFullError ? CLOSED.POLICY : CLOSED.ABNORMALLY;
      })
      .then((code) => resolve({ code: ownCode ?? code }));
  });

  const receive = async (signal?: AbortSignal): Promise<Uint8Array | undefined> => {
    for (;;) {
      const message = reader.next(opens);
      if (message !== undefined) return message;
      const chunk = await inbox.next(signal);
      if (chunk === undefined) return undefined;
      if (!pushed(reader, chunk)) {
        ownCode = CLOSED.TOO_BIG;
        channel.close();
        return undefined;
      }
    }
  };

  return {
    closed,
    send: (message) => channel.write(frameForL2cap(message, reading.framing)),
    receive(signal) {
      const turn = waiting.then(() => receive(signal));
      waiting = turn.then(ignored, ignored);
      return turn;
    },
    close(code = CLOSED.NORMALLY) {
      ownCode ??= code;
      channel.close();
    },
    expect(candidateOpens) {
      opens = candidateOpens;
    },
  };
}

/** Hands on what comes, and says how it ended: in the middle of a message is no good order. */
async function pump(
  channel: ByteChannel,
  inbox: AsyncQueue<Uint8Array>,
  framing: L2capReading["framing"],
): Promise<number> {
  let last: Uint8Array = END;
  for (;;) {
    const chunk = await channel.read();
    if (chunk === undefined) break;
    inbox.put(chunk);
    last = concat(last, chunk).slice(-END.length);
  }
  inbox.close();
  return framing === "sdu" || equalBytes(last, END) ? CLOSED.NORMALLY : CLOSED.ABNORMALLY;
}

function pushed(reader: L2capReader, chunk: Uint8Array): boolean {
  try {
    reader.push(chunk);
    return true;
  } catch (error) {
    if (isHarnessError(error) && error.code === "FRAME_TOO_LARGE") return false;
    throw error;
  }
}

function ignored(): void {
  // The caller of this turn receives the failure.
}
