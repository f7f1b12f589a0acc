/**
 * Bytes of the kernel's `struct hci_ufilter`: type mask, two words of event mask, opcode, and what aligns it. Kernels
 * since 6.1.192 and 6.9 refuse less with EINVAL; both Bluetooth packages pass 14.
 */
export const HCI_FILTER_BYTES = 16;

/** The event codes of a filter for one type of packet. @see Linux, struct hci_filter */
export function hciEventFilter(packetType: number, event: number): Uint8Array {
  const filter = new Uint8Array(HCI_FILTER_BYTES);
  const view = new DataView(filter.buffer);
  view.setUint32(0, 1 << packetType, true);
  view.setUint32(event < 32 ? 4 : 8, 1 << (event % 32), true);
  return filter;
}

const WIDENED = Symbol.for("passkey-harness.hci-filter");

interface SocketPrototype {
  setFilter?: (filter: Buffer) => unknown;
  [WIDENED]?: boolean;
}

/**
 * Makes a package's sockets pass filters as long as the kernel requires them. Where it does not, the package prints
 * nothing, goes on without a filter and never receives an advert.
 *
 * @param loaded what importing `@abandonware/bluetooth-hci-socket` or its fork gave; anything else is left alone.
 */
export function widenHciFilters(loaded: unknown): void {
  const holder = (loaded ?? {}) as { readonly default?: unknown };
  const socket = (holder.default ?? loaded) as { readonly prototype?: SocketPrototype } | undefined;
  const prototype = socket?.prototype;
  const narrow = prototype?.setFilter;
  if (prototype === undefined || narrow === undefined || prototype[WIDENED] === true) return;
  const setFilter = function (this: unknown, filter: Uint8Array): unknown {
    const wide = Buffer.alloc(Math.max(HCI_FILTER_BYTES, filter.length));
    wide.set(filter);
    return narrow.call(this, wide);
  };
  // Native methods may be read-only, so no assignment.
  Object.defineProperty(prototype, "setFilter", { value: setFilter, configurable: true });
  prototype[WIDENED] = true;
}
