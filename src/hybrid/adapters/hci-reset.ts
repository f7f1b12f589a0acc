/** What of a package's raw HCI sockets is used here. */
interface WatchedSocket {
  isDevUp(): boolean;
  on(event: "data", listener: (packet: Uint8Array) => void): unknown;
  removeListener(event: "data", listener: (packet: Uint8Array) => void): unknown;
}

interface SocketPrototype {
  setFilter?: (filter: Buffer) => unknown;
  [WATCHED]?: ScanningSockets;
}

const WATCHED = Symbol.for("passkey-harness.hci-reset");

/** @see Bluetooth Core Vol 4 Part E §7.3.2 (HCI_Reset), §7.7.14 and §7.7.65; Linux, struct hci_filter */
const PACKET_EVENT = 0x04;
const EVENT_COMMAND_COMPLETE = 0x0e;
const COMMAND_RESET = 0x0c03;
/** Where a filter has its second word of events, and the bit of LE meta events in it. */
const SECOND_WORD_AT = 8;
const LE_META = 1 << (0x3e - 32);

/**
 * The sockets of one Bluetooth package that ask for adverts, and what becomes of their controllers.
 *
 * noble asks once a second whether its controller is on, and a controller that was off in between has stopped to scan
 * without a change of state. The kernel resets a controller that it switches on, and raw sockets receive that.
 */
export class ScanningSockets {
  readonly #listeners = new Set<() => void>();
  #latest: WatchedSocket | undefined;

  /** Whether the controller is known to be off, also where noble did not ask since. */
  get isOff(): boolean {
    return this.#latest?.isDevUp() === false;
  }

  /** Calls `listener` when a controller was reset, which ends its scan. @returns what stops that. */
  onReset(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  add(socket: WatchedSocket): void {
    this.#latest = socket;
    // noble takes all listeners off a socket before it starts it again.
    socket.removeListener("data", this.#receive);
    socket.on("data", this.#receive);
  }

  readonly #receive = (packet: Uint8Array): void => {
    const [type, event, , , low = 0, high = 0] = packet;
    if (type !== PACKET_EVENT || event !== EVENT_COMMAND_COMPLETE) return;
    if ((low | (high << 8)) !== COMMAND_RESET) return;
    for (const listener of [...this.#listeners]) listener();
  };
}

/**
 * Watches the sockets of a package from the moment they set a filter that passes adverts.
 *
 * @param loaded what importing `@abandonware/bluetooth-hci-socket` or its fork gave.
 * @returns `undefined` for anything else.
 */
export function watchScanningSockets(loaded: unknown): ScanningSockets | undefined {
  const holder = (loaded ?? {}) as { readonly default?: unknown };
  const socketClass = (holder.default ?? loaded) as { readonly prototype?: SocketPrototype } | undefined;
  const prototype = socketClass?.prototype;
  const passOn = prototype?.setFilter;
  if (prototype === undefined || passOn === undefined) return undefined;
  if (prototype[WATCHED] !== undefined) return prototype[WATCHED];
  const sockets = new ScanningSockets();
  const setFilter = function (this: WatchedSocket, filter: Buffer): unknown {
    if (passesAdverts(filter)) sockets.add(this);
    return passOn.call(this, filter);
  };
  // Native methods may be read-only, so no assignment.
  Object.defineProperty(prototype, "setFilter", { value: setFilter, configurable: true });
  prototype[WATCHED] = sockets;
  return sockets;
}

function passesAdverts({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  if (byteLength < SECOND_WORD_AT + 4) return false;
  const events = new DataView(buffer, byteOffset, byteLength).getUint32(SECOND_WORD_AT, true);
  return (events & LE_META) !== 0;
}
