import type { SimAuthenticator } from "../authenticator/authenticator.js";
import { speaksCtap2, speaksU2f } from "../profiles/profile.js";
import type { HidFirmware } from "./hid-firmware.js";

/** A simulated authenticator behind its HID interface: what it says it can do is what its profile can do. */
export function firmwareOf(key: SimAuthenticator): HidFirmware {
  return {
    ...(speaksCtap2(key.profile) && { cbor: key.handle }),
    ...(speaksU2f(key.profile) && { msg: key.handleU2f }),
    ...(key.profile.usb && { usb: key.profile.usb }),
    powerCycle: () => key.powerCycle(),
  };
}
