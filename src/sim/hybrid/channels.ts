import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Env } from "../../core/env.js";
import { AsyncQueue, QueueFullError } from "../../core/queue.js";
import { TransportError } from "../../ctap/transport-error.js";
import { messageInbox } from "../../hybrid/message-inbox.js";
import type { ByteChannel, ChannelDialer, ChannelListener, ListeningChannel } from "../../hybrid/ports.js";

export interface ChannelOptions {
  /** One way, in milliseconds. */
  readonly latencyMs: number;
  /** Longest piece that arrives at once: a message may come in several. */
  readonly mtuBytes: number;
  /** The client's radio does not get through. */
  readonly refuses: boolean;
}

const OPTIONS = parameters<Partial<ChannelOptions>>({
  latencyMs: maybe(shape.ms),
  mtuBytes: maybe(arg.count),
  refuses: maybe(shape.flag),
});

const STANDARD: ChannelOptions = { latencyMs: 15, mtuBytes: 512, refuses: false };

/** First port of the dynamic range for LE. @see Bluetooth Core, L2CAP, dynamically allocated SPSM */
const FIRST_PSM = 0x80;

/** L2CAP channels between the radios of one room. Ports are unique in the whole room, so addresses do not matter. */
export class SimChannels implements ChannelDialer, ChannelListener {
  readonly #env: Env;
  readonly #options: ChannelOptions;
  readonly #ports = new Map<number, AsyncQueue<ByteChannel>>();
  #nextPsm = FIRST_PSM;

  constructor(env: Env, options: Partial<ChannelOptions> = {}) {
    checkArguments("SimChannels", { env: [arg.env, env], options: [OPTIONS, options] });
    this.#env = env;
    this.#options = { ...STANDARD, ...options };
  }

  async listen(): Promise<ListeningChannel> {
    const psm = this.#nextPsm++;
    const waiting = new AsyncQueue<ByteChannel>();
    this.#ports.set(psm, waiting);
    return {
      psm,
      async accept(signal) {
        const channel = await waiting.next(signal);
        if (channel === undefined) throw new TransportError("LINK_CLOSED", "the port was closed");
        return channel;
      },
      [Symbol.asyncDispose]: async () => {
        this.#ports.delete(psm);
        waiting.close();
      },
    };
  }

  async open({ psm }: { readonly address: string; readonly psm: number }): Promise<ByteChannel> {
    const port = this.#options.refuses ? undefined : this.#ports.get(psm);
    if (port === undefined) throw new TransportError("LINK_CLOSED", `nobody listens at port ${psm}`);
    const [client, phone] = channelPair(this.#env, this.#options);
    port.put(phone);
    return client;
  }
}

/** Two ends of one channel. */
export function channelPair(
  env: Env,
  options: ChannelOptions = STANDARD,
): readonly [ByteChannel, ByteChannel] {
  const [here, there] = [messageInbox(), messageInbox()];
  let reportEnd: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    reportEnd = resolve;
  });
  const later = (work: () => void) => env.clock.arm(options.latencyMs, "l2cap.latency", work);
  const end = (own: AsyncQueue<Uint8Array>, others: AsyncQueue<Uint8Array>): ByteChannel => ({
    closed,
    write(bytes) {
      for (let at = 0; at < bytes.length; at += options.mtuBytes) {
        const piece = bytes.slice(at, at + options.mtuBytes);
        later(() => putOrEnd(others, piece));
      }
    },
    read: (signal) => own.next(signal),
    close() {
      own.close();
      later(() => others.close());
      reportEnd();
    },
  });
  return [end(here, there), end(there, here)];
}

/** A reader that is too slow loses its channel, as one whose credits ran out for good. */
function putOrEnd(inbox: AsyncQueue<Uint8Array>, piece: Uint8Array): void {
  try {
    inbox.put(piece);
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    inbox.close();
  }
}
