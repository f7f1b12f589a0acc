import { arg, maybe, parameters } from "../../core/argument.js";
import type { ProfileUsb } from "../profiles/profile.js";
import type { CtapHandler, TransactOptions } from "../../ctap/device.js";

/** What runs on a device behind its HID interface. */
export interface HidFirmware {
  /** CTAPHID_CBOR. Its signal is the host's CANCEL. Without it the device says that it speaks no CTAP2. */
  readonly cbor?: CtapHandler;
  /** CTAPHID_MSG, one U2F APDU; without it the device says that it speaks no U2F. */
  readonly msg?: (apdu: Uint8Array, options?: TransactOptions) => Promise<Uint8Array>;
  /** CTAPHID_WINK; without it the device has nothing to wink with. */
  readonly wink?: () => void;
  /** Power came back: what lives in memory only is gone. */
  readonly powerCycle?: () => void;
  /** Times of its USB interface, where they are its own; options of the port come before them. */
  readonly usb?: ProfileUsb;
}

export const HID_FIRMWARE = parameters<HidFirmware>({
  cbor: maybe(arg.callable),
  msg: maybe(arg.callable),
  wink: maybe(arg.callable),
  powerCycle: maybe(arg.callable),
  usb: maybe(arg.object),
});
