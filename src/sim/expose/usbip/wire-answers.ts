import { concat, utf8 } from "../../../core/bytes.js";
import type { UsbDevice } from "./usb-descriptors.js";
import { BUS_ID_BYTES, Operation, URB_HEADER_BYTES, USBIP_VERSION, UrbCommand } from "./wire-reader.js";

const PATH_BYTES = 256;
/** The only device of its only bus. */
const BUS_NUMBER = 1;
const DEVICE_NUMBER = 2;
export const BUS_ID = "1-1";
/** What the host puts into each transfer: bus and device number. */
export const DEVICE_ID = (BUS_NUMBER << 16) | DEVICE_NUMBER;
const PATH = "/sys/devices/platform/passkey-harness/usb1/1-1";
/** USB_SPEED_FULL of Linux uapi/linux/usb/ch9.h. */
const SPEED_FULL = 2;
const NO_PACKETS = 0xffff_ffff;
const NO_DATA = new Uint8Array(0);

/** Why an import is refused. @see Linux tools/usb/usbip/libsrc/usbip_common.h */
export const ImportStatus = { OK: 0, BUSY: 2, NO_DEVICE: 4 } as const;

/** errno of Linux, negated, as results of transfers carry it. */
export const UrbStatus = { OK: 0, STALL: -32, OVERFLOW: -75, UNLINKED: -104 } as const;

/** OP_REP_DEVLIST: the device, or none. */
export function deviceList(device: UsbDevice | undefined): Uint8Array {
  const head = new Uint8Array(12);
  const view = operation(head, Operation.REP_DEVLIST, 0);
  view.setUint32(8, device === undefined ? 0 : 1);
  if (device === undefined) return head;
  // Class, subclass and protocol of each interface, and a byte to pad with.
  return concat(head, deviceFields(device), Uint8Array.of(device.interfaceClass, 0, 0, 0));
}

/** OP_REP_IMPORT: the device, or why not. */
export function importAnswer(device: UsbDevice, status: number): Uint8Array {
  const head = new Uint8Array(8);
  operation(head, Operation.REP_IMPORT, status);
  return status === ImportStatus.OK ? concat(head, deviceFields(device)) : head;
}

/** What came of a transfer. */
export interface UrbResult {
  readonly status: number;
  /** What the device sent. */
  readonly data?: Uint8Array;
  /** Bytes that the host sent; those of `data` go before. */
  readonly length?: number;
}

/** USBIP_RET_SUBMIT. */
export function submitAnswer(
  sequence: number,
  { status, length = 0, data = NO_DATA }: UrbResult,
): Uint8Array {
  const bytes = new Uint8Array(URB_HEADER_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, UrbCommand.RET_SUBMIT);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  view.setUint32(24, data.length || length);
  view.setUint32(32, NO_PACKETS);
  bytes.set(data, URB_HEADER_BYTES);
  return bytes;
}

/** USBIP_RET_UNLINK. */
export function unlinkAnswer(sequence: number, status: number): Uint8Array {
  const bytes = new Uint8Array(URB_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, UrbCommand.RET_UNLINK);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  return bytes;
}

function operation(bytes: Uint8Array, code: number, status: number): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, USBIP_VERSION);
  view.setUint16(2, code);
  view.setUint32(4, status);
  return view;
}

/** What list and import say of the device: 312 bytes. */
function deviceFields(device: UsbDevice): Uint8Array {
  const bytes = new Uint8Array(PATH_BYTES + BUS_ID_BYTES + 24);
  const view = new DataView(bytes.buffer);
  bytes.set(utf8(PATH));
  bytes.set(utf8(BUS_ID), PATH_BYTES);
  const at = PATH_BYTES + BUS_ID_BYTES;
  view.setUint32(at, BUS_NUMBER);
  view.setUint32(at + 4, DEVICE_NUMBER);
  view.setUint32(at + 8, SPEED_FULL);
  view.setUint16(at + 12, device.vendorId);
  view.setUint16(at + 14, device.productId);
  view.setUint16(at + 16, device.release);
  // Class, subclass and protocol of the device are those of its interface; one configuration, one interface.
  bytes.set([0, 0, 0, device.configurationValue, 1, 1], at + 18);
  return bytes;
}
