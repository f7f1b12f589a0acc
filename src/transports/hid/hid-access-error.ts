import { HarnessError } from "../../core/errors.js";

/**
 * The machine does not let us at its HID devices; `hint` says what to do.
 *
 * `NATIVE_MISSING` node-hid or a library it needs is not installed; `PERMISSION_DENIED` the operating
 * system keeps the device to others; `DEVICE_BUSY` another program holds it alone; `DEVICE_OPEN_FAILED`
 * none of these.
 */
export class HidAccessError extends HarnessError<
  "NATIVE_MISSING" | "PERMISSION_DENIED" | "DEVICE_BUSY" | "DEVICE_OPEN_FAILED"
> {}

/** For /etc/udev/rules.d/70-fido.rules: systemd grants the person at the seat, not a service. */
export const UDEV_RULE =
  'KERNEL=="hidraw*", SUBSYSTEM=="hidraw", ENV{ID_FIDO_TOKEN}=="1", MODE="0660", GROUP="plugdev", TAG+="uaccess"';
