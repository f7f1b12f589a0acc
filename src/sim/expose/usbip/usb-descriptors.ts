import { concat } from "../../../core/bytes.js";
import { REPORT_BYTES } from "../../../transports/hid/constants.js";
import { FIDO_REPORT_DESCRIPTOR } from "../uhid-event.js";

/** Types of descriptors. @see USB 2.0 §9.4 table 9-5, HID 1.11 §7.1 */
export const DescriptorType = {
  DEVICE: 1,
  CONFIGURATION: 2,
  STRING: 3,
  INTERFACE: 4,
  ENDPOINT: 5,
  HID: 0x21,
  REPORT: 0x22,
} as const;

export const ENDPOINT_IN = 0x81;
export const ENDPOINT_OUT = 0x01;

const USB_VERSION = 0x0200;
const HID_VERSION = 0x0111;
const INTERRUPT = 3;
/** Powered by the bus; the bit that has to be set. */
const BUS_POWERED = 0x80;
/** 100 mA, in units of two. */
const MAX_POWER = 50;
const US_ENGLISH = 0x0409;
const MANUFACTURER_STRING = 1;
const PRODUCT_STRING = 2;
const SERIAL_STRING = 3;
const MANUFACTURER = "Passkey Harness";
/** A length of one byte, two of which are header: 126 units of UTF-16. */
export const STRING_UNITS_MAX = 126;

/** A FIDO key as a USB device: one configuration, one HID interface, one interrupt endpoint each way. */
export interface UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  /** Version of the device, binary-coded decimal. */
  readonly release: number;
  readonly product: string;
  readonly serial: string;
  /** Milliseconds between two looks of the host at an endpoint, 1 to 255 (`bInterval` at full speed). */
  readonly intervalMs: number;
  readonly configurationValue: number;
  readonly interfaceClass: number;
}

/** What is the same for every simulated key. */
export const USB_KEY = { release: 0x0100, configurationValue: 1, interfaceClass: 3 } as const;

/** @see USB 2.0 §9.6.1 (device) */
export function deviceDescriptor(device: UsbDevice): Uint8Array {
  return Uint8Array.of(
    ...[18, DescriptorType.DEVICE, ...le16(USB_VERSION)],
    ...[0, 0, 0], // class, subclass, protocol: the interface's
    REPORT_BYTES, // packets of the control endpoint
    ...[...le16(device.vendorId), ...le16(device.productId), ...le16(device.release)],
    ...[MANUFACTURER_STRING, PRODUCT_STRING, SERIAL_STRING],
    1, // configurations
  );
}

/**
 * The configuration with all that belongs to it.
 *
 * @see USB 2.0 §9.6.3 (configuration), §9.6.5 (interface), §9.6.6 (endpoint), CTAP 2.2 §11.2.8.1 (interface)
 */
export function configurationDescriptor(device: UsbDevice): Uint8Array {
  const parts = concat(
    Uint8Array.of(9, DescriptorType.INTERFACE, 0, 0, 2, device.interfaceClass, 0, 0, 0),
    hidDescriptor(),
    endpointDescriptor(ENDPOINT_IN, device.intervalMs),
    endpointDescriptor(ENDPOINT_OUT, device.intervalMs),
  );
  const head = [9, DescriptorType.CONFIGURATION, ...le16(9 + parts.length), 1, device.configurationValue, 0];
  return concat(Uint8Array.of(...head, BUS_POWERED, MAX_POWER), parts);
}

/** @see HID 1.11 §6.2.1 */
export function hidDescriptor(): Uint8Array {
  const report = [DescriptorType.REPORT, ...le16(FIDO_REPORT_DESCRIPTOR.length)];
  return Uint8Array.of(9, DescriptorType.HID, ...le16(HID_VERSION), 0, 1, ...report);
}

/** String 0 is the languages. @returns undefined where the device has none of that number. */
export function stringDescriptor(device: UsbDevice, index: number): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, DescriptorType.STRING, ...le16(US_ENGLISH));
  const texts = new Map([
    [MANUFACTURER_STRING, MANUFACTURER],
    [PRODUCT_STRING, device.product],
    [SERIAL_STRING, device.serial],
  ]);
  const text = texts.get(index);
  if (text === undefined) return undefined;
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return Uint8Array.of(2 + 2 * units.length, DescriptorType.STRING, ...units.flatMap(le16));
}

function endpointDescriptor(address: number, intervalMs: number): Uint8Array {
  return Uint8Array.of(7, DescriptorType.ENDPOINT, address, INTERRUPT, ...le16(REPORT_BYTES), intervalMs);
}

/** USB's own numbers are little-endian; those of USB/IP are not. */
function le16(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}
