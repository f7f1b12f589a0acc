import { concat } from "../../core/bytes.js";

/** A command to a controller: its opcode and what follows the header. */
export interface HciCommand {
  readonly opcode: number;
  readonly operands: Uint8Array;
}

/** What puts an advert on the air, in order, and what takes it off again. */
export interface AdvertisingCommands {
  readonly start: readonly HciCommand[];
  readonly stop: HciCommand;
}

/** Advertising data that one command carries; 255 less its own header. @see Bluetooth Core Vol 4 Part E §7.8.54 */
export const EXTENDED_BYTES_MAX = 251;

/** @see Bluetooth Core Vol 4 Part E §7.8.53, §7.8.54 and §7.8.56 */
const Command = { SET_PARAMETERS: 0x2036, SET_DATA: 0x2037, SET_ENABLE: 0x2039 } as const;

/** The last handle: the kernel counts its own up from 0. */
const HANDLE = 0xef;
/** Bits of the event properties. */
const CONNECTABLE = 0x0001;
const SCANNABLE = 0x0002;
const LEGACY_PDUS = 0x0010;
const ALL_CHANNELS = 0x07;
const NO_PREFERENCE = 0x7f;
const PHY_1M = 0x01;
const COMPLETE_DATA = 0x03;
const UNFRAGMENTED = 0x01;
const PARAMETER_BYTES = 25;

/** Bit 12 of the controller's LE features. @see Bluetooth Core Vol 6 Part B §4.6 */
const EXTENDED_ADVERTISING = { byte: 1, bit: 0x10 } as const;

/** @param features 8 bytes, as LE Read Local Supported Features answers; fewer count as without. */
export function hasExtendedAdvertising(features: Uint8Array): boolean {
  return ((features[EXTENDED_ADVERTISING.byte] ?? 0) & EXTENDED_ADVERTISING.bit) !== 0;
}

export interface ExtendedTerms {
  /** Extended packets, which take any length; the legacy ones of these commands otherwise. */
  readonly isExtended: boolean;
  readonly connectable: boolean;
  /** In units of 0.625 ms. */
  readonly range: { readonly min: number; readonly max: number };
}

/**
 * Commands of LE extended advertising for one advert.
 *
 * @param data 251 bytes at most; 31 in legacy packets.
 */
export function extendedCommands(data: Uint8Array, terms: ExtendedTerms): AdvertisingCommands {
  const { isExtended, connectable, range } = terms;
  const parameters = new Uint8Array(PARAMETER_BYTES);
  const view = new DataView(parameters.buffer);
  view.setUint8(0, HANDLE);
  view.setUint16(1, eventProperties(isExtended, connectable), true);
  // Intervals have 24 bits, and none of ours needs the highest 8.
  view.setUint16(3, range.min, true);
  view.setUint16(6, range.max, true);
  view.setUint8(9, ALL_CHANNELS);
  view.setUint8(19, NO_PREFERENCE);
  view.setUint8(20, PHY_1M);
  view.setUint8(22, PHY_1M);
  const start = Uint8Array.of(HANDLE, COMPLETE_DATA, UNFRAGMENTED, data.length);
  return {
    start: [
      { opcode: Command.SET_PARAMETERS, operands: parameters },
      { opcode: Command.SET_DATA, operands: concat(start, data) },
      { opcode: Command.SET_ENABLE, operands: enable(true) },
    ],
    stop: { opcode: Command.SET_ENABLE, operands: enable(false) },
  };
}

/** Extended packets that accept connections answer no scan requests; legacy ones always do. */
function eventProperties(isExtended: boolean, connectable: boolean): number {
  if (isExtended) return connectable ? CONNECTABLE : 0;
  return LEGACY_PDUS | (connectable ? CONNECTABLE | SCANNABLE : 0);
}

/** One set, without an end of its own. */
function enable(on: boolean): Uint8Array {
  return Uint8Array.of(on ? 1 : 0, 1, HANDLE, 0, 0, 0);
}
