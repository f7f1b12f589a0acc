import { FIDO_REPORT_DESCRIPTOR } from "../uhid-event.js";
import {
  DescriptorType,
  ENDPOINT_IN,
  ENDPOINT_OUT,
  type UsbDevice,
  configurationDescriptor,
  deviceDescriptor,
  hidDescriptor,
  stringDescriptor,
} from "./usb-descriptors.js";

/** bmRequestType: direction, type and recipient. @see USB 2.0 §9.3 table 9-2 */
const To = { DEVICE: 0x00, INTERFACE: 0x01, ENDPOINT: 0x02, CLASS_INTERFACE: 0x21 } as const;
const From = { DEVICE: 0x80, INTERFACE: 0x81, ENDPOINT: 0x82, CLASS_INTERFACE: 0xa1 } as const;

/** @see USB 2.0 §9.4 table 9-4 */
const Request = {
  GET_STATUS: 0,
  CLEAR_FEATURE: 1,
  SET_FEATURE: 3,
  GET_DESCRIPTOR: 6,
  GET_CONFIGURATION: 8,
  SET_CONFIGURATION: 9,
  GET_INTERFACE: 10,
  SET_INTERFACE: 11,
} as const;

/** @see HID 1.11 §7.2; GET_REPORT, SET_REPORT and the protocols of boot devices are not served. */
const HidRequest = { GET_IDLE: 2, SET_IDLE: 10 } as const;

const ENDPOINT_HALT = 0;
const NOTHING = new Uint8Array(0);

/** The device's end of endpoint 0: what it is asked for, and the few things a host may set. */
export class ControlPipe {
  readonly #device: UsbDevice;
  #configuration = 0;
  #idle = 0;
  readonly #halted = new Set<number>();

  constructor(device: UsbDevice) {
    this.#device = device;
  }

  /** Interrupt endpoints exist once the host chose the configuration. */
  get configured(): boolean {
    return this.#configuration !== 0;
  }

  isHalted(endpoint: number): boolean {
    return this.#halted.has(endpoint);
  }

  /**
   * Answers one control request.
   *
   * @param setup its eight bytes.
   * @returns at most `wLength` bytes, none for what the host sets; undefined: the device stalls.
   */
  answer(setup: Uint8Array): Uint8Array | undefined {
    const view = new DataView(setup.buffer, setup.byteOffset, setup.length);
    const fields = {
      request: view.getUint8(1),
      value: view.getUint16(2, true),
      index: view.getUint16(4, true),
    };
    const answer = this.#served(view.getUint8(0), fields);
    return answer?.subarray(0, view.getUint16(6, true));
  }

  #served(type: number, fields: SetupFields): Uint8Array | undefined {
    switch (type) {
      case From.DEVICE:
        return this.#ofDevice(fields);
      case To.DEVICE:
        return this.#toDevice(fields);
      case From.INTERFACE:
      case To.INTERFACE:
        return this.#interface(type, fields);
      case From.ENDPOINT:
      case To.ENDPOINT:
        return this.#endpoint(type, fields);
      case From.CLASS_INTERFACE:
        return fields.request === HidRequest.GET_IDLE ? Uint8Array.of(this.#idle) : undefined;
      case To.CLASS_INTERFACE:
        if (fields.request !== HidRequest.SET_IDLE) return undefined;
        this.#idle = fields.value >> 8;
        return NOTHING;
      default:
        return undefined;
    }
  }

  #ofDevice({ request, value }: SetupFields): Uint8Array | undefined {
    if (request === Request.GET_STATUS) return new Uint8Array(2);
    if (request === Request.GET_CONFIGURATION) return Uint8Array.of(this.#configuration);
    if (request !== Request.GET_DESCRIPTOR) return undefined;
    const number = value & 0xff;
    switch (value >> 8) {
      case DescriptorType.DEVICE:
        return deviceDescriptor(this.#device);
      case DescriptorType.CONFIGURATION:
        return number === 0 ? configurationDescriptor(this.#device) : undefined;
      case DescriptorType.STRING:
        return stringDescriptor(this.#device, number);
      default:
        return undefined;
    }
  }

  #toDevice({ request, value }: SetupFields): Uint8Array | undefined {
    if (request !== Request.SET_CONFIGURATION) return undefined;
    if (value !== 0 && value !== this.#device.configurationValue) return undefined;
    this.#configuration = value;
    this.#halted.clear();
    return NOTHING;
  }

  #interface(type: number, { request, value, index }: SetupFields): Uint8Array | undefined {
    if (index !== 0) return undefined;
    if (type === To.INTERFACE) return request === Request.SET_INTERFACE && value === 0 ? NOTHING : undefined;
    if (request === Request.GET_STATUS) return new Uint8Array(2);
    if (request === Request.GET_INTERFACE) return Uint8Array.of(0);
    if (request !== Request.GET_DESCRIPTOR) return undefined;
    if (value >> 8 === DescriptorType.HID) return hidDescriptor();
    return value >> 8 === DescriptorType.REPORT ? FIDO_REPORT_DESCRIPTOR : undefined;
  }

  #endpoint(type: number, { request, value, index }: SetupFields): Uint8Array | undefined {
    if (index !== ENDPOINT_IN && index !== ENDPOINT_OUT && (index & 0x7f) !== 0) return undefined;
    if (type === From.ENDPOINT) {
      return request === Request.GET_STATUS ? Uint8Array.of(Number(this.isHalted(index)), 0) : undefined;
    }
    if (value !== ENDPOINT_HALT) return undefined;
    if (request === Request.CLEAR_FEATURE) this.#halted.delete(index);
    else if (request === Request.SET_FEATURE && (index & 0x7f) !== 0) this.#halted.add(index);
    else return undefined;
    return NOTHING;
  }
}

interface SetupFields {
  readonly request: number;
  readonly value: number;
  readonly index: number;
}
