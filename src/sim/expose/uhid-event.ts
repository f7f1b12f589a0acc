import { endianness } from "node:os";
import { utf8 } from "../../core/bytes.js";

/**
 * What a FIDO key says of itself as a HID device: 64 bytes in, 64 bytes out, no report ids.
 *
 * @see CTAP 2.2 §11.2.8.2 (HID report descriptor and device discovery)
 */
export const FIDO_REPORT_DESCRIPTOR: Uint8Array = Uint8Array.of(
  ...[0x06, 0xd0, 0xf1], // usage page: FIDO alliance
  ...[0x09, 0x01], // usage: CTAPHID
  ...[0xa1, 0x01], // collection: application
  ...[0x09, 0x20], // usage: data in
  ...[0x15, 0x00, 0x26, 0xff, 0x00], // logical minimum 0, maximum 255
  ...[0x75, 0x08, 0x95, 0x40], // 8 bits, 64 times
  ...[0x81, 0x02], // input: data, variable, absolute
  ...[0x09, 0x21], // usage: data out
  ...[0x15, 0x00, 0x26, 0xff, 0x00],
  ...[0x75, 0x08, 0x95, 0x40],
  ...[0x91, 0x02], // output: data, variable, absolute
  0xc0, // end of collection
);

/**
 * `type` of an event, by what it says.
 *
 * @see Linux uapi/linux/uhid.h (enum uhid_event_type)
 */
export const UhidEventType = {
  DESTROY: 1,
  START: 2,
  STOP: 3,
  OPEN: 4,
  CLOSE: 5,
  OUTPUT: 6,
  GET_REPORT: 9,
  GET_REPORT_REPLY: 10,
  CREATE2: 11,
  INPUT2: 12,
  SET_REPORT: 13,
  SET_REPORT_REPLY: 14,
} as const;

/** Size of `struct uhid_event`: what one read gives. */
export const UHID_EVENT_BYTES = 4380;
/** UHID_DATA_MAX, and HID_MAX_DESCRIPTOR_SIZE. */
export const UHID_DATA_BYTES_MAX = 4096;
/** Room for texts, their closing zero included. */
export const UHID_NAME_BYTES = 128;
export const UHID_UNIQ_BYTES = 64;
const PHYS_BYTES = 64;

/** BUS_USB of linux/input.h: hosts take a FIDO device seriously on this bus only. */
export const BUS_USB = 3;

/** Describes a device to the kernel. */
export interface UhidDevice {
  readonly name: string;
  readonly phys: string;
  readonly uniq: string;
  readonly bus: number;
  readonly vendor: number;
  readonly product: number;
  readonly version: number;
  readonly country: number;
  readonly descriptor: Uint8Array;
}

/** Lists the events that a program sends to the kernel. */
export type UhidToKernel =
  | ({ readonly kind: "create2" } & UhidDevice)
  | { readonly kind: "destroy" }
  | { readonly kind: "input2"; readonly data: Uint8Array }
  | {
      readonly kind: "get-report-reply";
      readonly id: number;
      /** An errno; 0: here it is. */
      readonly err: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: "set-report-reply"; readonly id: number; readonly err: number };

/** Lists the events that the kernel sends to a program. */
export type UhidFromKernel =
  /** A driver took the device. `flags`: which kinds of reports are numbered. */
  | { readonly kind: "start"; readonly flags: number }
  | { readonly kind: "stop" }
  /** The first program opened the device. */
  | { readonly kind: "open" }
  /** The last one closed it. */
  | { readonly kind: "close" }
  /** A report number, 0 where none is numbered, then the report. `reportType`: 0 feature, 1 output, 2 input. */
  | { readonly kind: "output"; readonly reportType: number; readonly data: Uint8Array }
  | {
      readonly kind: "get-report";
      readonly id: number;
      readonly number: number;
      readonly reportType: number;
    }
  | {
      readonly kind: "set-report";
      readonly id: number;
      readonly number: number;
      readonly reportType: number;
      readonly data: Uint8Array;
    };

export type UhidEvent = UhidToKernel | UhidFromKernel;

/** Integers are in the machine's own order: the struct crosses no wire. */
export const HOST_IS_LITTLE_ENDIAN = endianness() === "LE";

export interface UhidByteOrder {
  readonly littleEndian?: boolean;
}

/**
 * `struct uhid_event` as a program writes it: its used part, the kernel adds the zeros.
 *
 * @throws {RangeError} for texts and data that do not fit their fields.
 * @see Linux uapi/linux/uhid.h
 */
export function encodeUhidEvent(event: UhidEvent, order: UhidByteOrder = {}): Uint8Array {
  const out = new Struct(new Uint8Array(UHID_EVENT_BYTES), order);
  out.u32(0, TYPES[event.kind]);
  return out.upTo(writeBody(out, event));
}

/**
 * Reads an event; one that was cut short is read as if zeros followed.
 *
 * @returns `undefined` for a type that is not known here, or a size no struct can have.
 */
export function parseUhidEvent(bytes: Uint8Array, order: UhidByteOrder = {}): UhidEvent | undefined {
  const whole = new Uint8Array(UHID_EVENT_BYTES);
  whole.set(bytes.subarray(0, UHID_EVENT_BYTES));
  const struct = new Struct(whole, order);
  const kind = KINDS.get(struct.u32(0));
  if (kind === undefined) return undefined;
  try {
    return readBody(struct, kind);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const TYPES: Readonly<Record<UhidEvent["kind"], number>> = {
  destroy: UhidEventType.DESTROY,
  start: UhidEventType.START,
  stop: UhidEventType.STOP,
  open: UhidEventType.OPEN,
  close: UhidEventType.CLOSE,
  output: UhidEventType.OUTPUT,
  "get-report": UhidEventType.GET_REPORT,
  "get-report-reply": UhidEventType.GET_REPORT_REPLY,
  create2: UhidEventType.CREATE2,
  input2: UhidEventType.INPUT2,
  "set-report": UhidEventType.SET_REPORT,
  "set-report-reply": UhidEventType.SET_REPORT_REPLY,
};

const KINDS = new Map(Object.entries(TYPES).map(([kind, type]) => [type, kind as UhidEvent["kind"]]));

/** Offsets within `struct uhid_event`, which is packed. @returns where the used part ends. */
function writeBody(out: Struct, event: UhidEvent): number {
  switch (event.kind) {
    case "create2":
      return writeCreate2(out, event);
    case "input2":
      out.u16(4, event.data.length);
      return out.data(6, event.data);
    case "output":
      out.data(4, event.data);
      out.u16(4100, event.data.length);
      return out.u8(4102, event.reportType);
    case "start":
      out.u32(out.littleEndian ? 4 : 8, event.flags);
      return 12;
    case "get-report":
      out.u32(4, event.id);
      out.u8(8, event.number);
      return out.u8(9, event.reportType);
    case "get-report-reply":
      out.u32(4, event.id);
      out.u16(8, event.err);
      out.u16(10, event.data.length);
      return out.data(12, event.data);
    case "set-report":
      out.u32(4, event.id);
      out.u8(8, event.number);
      out.u8(9, event.reportType);
      out.u16(10, event.data.length);
      return out.data(12, event.data);
    case "set-report-reply":
      out.u32(4, event.id);
      return out.u16(8, event.err);
    default:
      return 4;
  }
}

function writeCreate2(out: Struct, device: UhidDevice): number {
  out.text(4, UHID_NAME_BYTES, device.name);
  out.text(132, PHYS_BYTES, device.phys);
  out.text(196, UHID_UNIQ_BYTES, device.uniq);
  out.u16(260, device.descriptor.length);
  out.u16(262, device.bus);
  out.u32(264, device.vendor);
  out.u32(268, device.product);
  out.u32(272, device.version);
  out.u32(276, device.country);
  return out.data(280, device.descriptor);
}

function readBody(from: Struct, kind: UhidEvent["kind"]): UhidEvent {
  switch (kind) {
    case "create2":
      return {
        kind,
        name: from.textAt(4, UHID_NAME_BYTES),
        phys: from.textAt(132, PHYS_BYTES),
        uniq: from.textAt(196, UHID_UNIQ_BYTES),
        bus: from.u16(262),
        vendor: from.u32(264),
        product: from.u32(268),
        version: from.u32(272),
        country: from.u32(276),
        descriptor: from.dataAt(280, from.u16(260)),
      };
    case "input2":
      return { kind, data: from.dataAt(6, from.u16(4)) };
    case "output":
      return { kind, reportType: from.u8(4102), data: from.dataAt(4, from.u16(4100)) };
    case "start":
      return { kind, flags: from.u32(from.littleEndian ? 4 : 8) };
    case "get-report":
      return { kind, id: from.u32(4), number: from.u8(8), reportType: from.u8(9) };
    case "get-report-reply":
      return { kind, id: from.u32(4), err: from.u16(8), data: from.dataAt(12, from.u16(10)) };
    case "set-report": {
      const head = { id: from.u32(4), number: from.u8(8), reportType: from.u8(9) };
      return { kind, ...head, data: from.dataAt(12, from.u16(10)) };
    }
    case "set-report-reply":
      return { kind, id: from.u32(4), err: from.u16(8) };
    default:
      return { kind };
  }
}

/** Fields at fixed places. With a value a field is written and its end returned; without, it is read. */
class Struct {
  readonly littleEndian: boolean;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, { littleEndian = HOST_IS_LITTLE_ENDIAN }: UhidByteOrder) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.littleEndian = littleEndian;
  }

  u8(at: number, value?: number): number {
    if (value === undefined) return this.#view.getUint8(at);
    this.#view.setUint8(at, value);
    return at + 1;
  }

  u16(at: number, value?: number): number {
    if (value === undefined) return this.#view.getUint16(at, this.littleEndian);
    this.#view.setUint16(at, value, this.littleEndian);
    return at + 2;
  }

  u32(at: number, value?: number): number {
    if (value === undefined) return this.#view.getUint32(at, this.littleEndian);
    this.#view.setUint32(at, value, this.littleEndian);
    return at + 4;
  }

  data(at: number, value: Uint8Array): number {
    if (value.length > UHID_DATA_BYTES_MAX) {
      throw new RangeError(`${value.length} bytes do not fit into ${UHID_DATA_BYTES_MAX}`);
    }
    this.#bytes.set(value, at);
    return at + value.length;
  }

  dataAt(at: number, length: number): Uint8Array {
    if (length > UHID_DATA_BYTES_MAX) throw new RangeError(`no field holds ${length} bytes`);
    return this.#bytes.slice(at, at + length);
  }

  text(at: number, roomBytes: number, value: string): void {
    const bytes = utf8(value);
    if (bytes.length >= roomBytes || bytes.includes(0)) {
      throw new RangeError(`a text must leave room for a zero in ${roomBytes} bytes and hold none itself`);
    }
    this.#bytes.set(bytes, at);
  }

  textAt(at: number, roomBytes: number): string {
    const field = this.#bytes.subarray(at, at + roomBytes);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
  }

  upTo(end: number): Uint8Array {
    return this.#bytes.slice(0, end);
  }
}
