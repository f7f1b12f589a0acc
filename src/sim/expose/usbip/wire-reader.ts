import { concat } from "../../../core/bytes.js";
import { UsbipError } from "./usbip-error.js";

/** Version 1.1.1, as message headers carry it. */
export const USBIP_VERSION = 0x0111;

/** @see Linux Documentation/usb/usbip_protocol.rst, Message Format */
export const Operation = {
  REQ_IMPORT: 0x8003,
  REP_IMPORT: 0x0003,
  REQ_DEVLIST: 0x8005,
  REP_DEVLIST: 0x0005,
} as const;

export const UrbCommand = { SUBMIT: 1, UNLINK: 2, RET_SUBMIT: 3, RET_UNLINK: 4 } as const;

const OPERATION_BYTES = 8;
export const BUS_ID_BYTES = 32;
/** Length of every header of a transfer: `usbip_header` of the kernel. */
export const URB_HEADER_BYTES = 48;
const ENDPOINTS_MAX = 15;
/** `number_of_packets` of a transfer that is not isochronous; older hosts send 0. */
const NO_PACKETS = 0xffff_ffff;

/** Bytes of one transfer to the device: a HID report has 64, and no control request here takes more. */
export const TRANSFER_BYTES_MAX = 4096;

/** One request of a host, whole. */
export type HostMessage =
  | { readonly kind: "list" }
  | { readonly kind: "import"; readonly busId: string }
  | SubmitMessage
  | {
      readonly kind: "unlink";
      readonly sequence: number;
      readonly deviceId: number;
      /** The number of the transfer that the host no longer wants. */
      readonly wanted: number;
    };

export interface SubmitMessage {
  readonly kind: "submit";
  readonly sequence: number;
  readonly deviceId: number;
  readonly direction: "in" | "out";
  readonly endpoint: number;
  /** Room of the host's buffer (in), or bytes it sends (out). */
  readonly length: number;
  /** The eight bytes of a control request; zeros on other endpoints. */
  readonly setup: Uint8Array;
  /** What the host sends; empty when it reads. */
  readonly data: Uint8Array;
}

/**
 * Cuts the byte stream of one connection into requests, whatever chunks it comes in.
 *
 * A connection begins with operations; after an import it carries transfers. At most one request is kept.
 */
export class WireReader {
  #bytes = new Uint8Array(0);
  #imported = false;

  /** Bytes of a request that is not whole yet. */
  get pendingBytes(): number {
    return this.#bytes.length;
  }

  /**
   * Takes the next chunk and gives the requests that it completes, one after the other.
   *
   * @throws {UsbipError} naming what USB/IP does not allow; the connection is then of no further use.
   */
  *push(chunk: Uint8Array): Generator<HostMessage, void, undefined> {
    this.#bytes = this.#bytes.length === 0 ? chunk.slice() : concat(this.#bytes, chunk).slice();
    for (let next = this.#next(); next !== undefined; next = this.#next()) yield next;
  }

  #next(): HostMessage | undefined {
    return this.#imported ? this.#transfer() : this.#operation();
  }

  #operation(): HostMessage | undefined {
    if (this.#bytes.length < OPERATION_BYTES) return undefined;
    const head = this.#view();
    const version = head.getUint16(0);
    if (version !== USBIP_VERSION) {
      throw new UsbipError("USBIP_VERSION", `version ${hex(version, 4)}, not ${hex(USBIP_VERSION, 4)}`);
    }
    const code = head.getUint16(2);
    if (code !== Operation.REQ_DEVLIST && code !== Operation.REQ_IMPORT) {
      throw new UsbipError("USBIP_OPERATION", `operation ${hex(code, 4)} is no request of USB/IP`);
    }
    if (head.getUint32(4) !== 0) throw new UsbipError("USBIP_STATUS", "a request has a status");
    if (code === Operation.REQ_DEVLIST) {
      this.#take(OPERATION_BYTES);
      return { kind: "list" };
    }
    if (this.#bytes.length < OPERATION_BYTES + BUS_ID_BYTES) return undefined;
    const field = this.#take(OPERATION_BYTES + BUS_ID_BYTES).subarray(OPERATION_BYTES);
    const end = field.indexOf(0);
    if (end === -1) throw new UsbipError("USBIP_BUS_ID", "a bus id does not end");
    this.#imported = true;
    return { kind: "import", busId: new TextDecoder().decode(field.subarray(0, end)) };
  }

  #transfer(): HostMessage | undefined {
    if (this.#bytes.length < URB_HEADER_BYTES) return undefined;
    const head = this.#view();
    const command = head.getUint32(0);
    const sequence = head.getUint32(4);
    const deviceId = head.getUint32(8);
    if (command === UrbCommand.UNLINK) {
      const wanted = head.getUint32(20);
      this.#take(URB_HEADER_BYTES);
      return { kind: "unlink", sequence, deviceId, wanted };
    }
    if (command !== UrbCommand.SUBMIT) {
      throw new UsbipError("USBIP_COMMAND", `command ${command} is no request of USB/IP`);
    }
    const length = checkedLength(head);
    const direction = head.getUint32(12) === 1 ? "in" : "out";
    const sent = direction === "out" ? length : 0;
    if (this.#bytes.length < URB_HEADER_BYTES + sent) return undefined;
    const endpoint = head.getUint32(16);
    const whole = this.#take(URB_HEADER_BYTES + sent);
    return {
      kind: "submit",
      ...{ sequence, deviceId, direction, endpoint, length },
      setup: whole.slice(40, URB_HEADER_BYTES),
      data: whole.slice(URB_HEADER_BYTES),
    };
  }

  #view(): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }
}

/** Length of a transfer, once all that could make it another one was looked at. */
function checkedLength(head: DataView): number {
  const direction = head.getUint32(12);
  const endpoint = head.getUint32(16);
  if (direction > 1 || endpoint > ENDPOINTS_MAX) {
    throw new UsbipError("USBIP_ENDPOINT", `endpoint ${endpoint}, direction ${direction}`);
  }
  const packets = head.getUint32(32);
  if (packets !== 0 && packets !== NO_PACKETS) {
    throw new UsbipError(
      "USBIP_ISOCHRONOUS",
      `${packets} isochronous packets; the device has no such endpoint`,
    );
  }
  const length = head.getUint32(24);
  // What is read needs no room here: the device sends what it has.
  if (direction === 0 && length > TRANSFER_BYTES_MAX) {
    const told = `${length} bytes in one transfer, at most ${TRANSFER_BYTES_MAX}`;
    throw new UsbipError("USBIP_TRANSFER_TOO_LONG", told);
  }
  return length;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
