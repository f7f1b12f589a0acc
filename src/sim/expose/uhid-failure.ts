import { ExposeError } from "./expose-error.js";

/** For /etc/udev/rules.d/70-uhid.rules: who may make devices, which is who may pretend to be a keyboard. */
export const UHID_UDEV_RULE =
  'KERNEL=="uhid", SUBSYSTEM=="misc", MODE="0660", GROUP="plugdev", TAG+="uaccess", OPTIONS+="static_node=uhid"';

const NO_UHID_NEEDED = "where there is none, offer the key over UDP or on a socket";

/** Names what the system said when a device was to be made, and what there is to do about it. */
export function uhidFailure(path: string, cause: unknown): ExposeError {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  switch (code) {
    case "ENOENT":
      return new ExposeError("EXPOSE_UHID_MISSING", `${path} is not there: the module uhid is not loaded`, {
        cause,
        hint: `on Linux, as root: modprobe uhid; a kernel made for containers may lack it, and ${NO_UHID_NEEDED}`,
      });
    case "ENODEV":
    case "ENXIO":
      return new ExposeError("EXPOSE_UHID_MISSING", `${path} is there and no driver answers behind it`, {
        cause,
        hint: `as root: modprobe uhid; ${NO_UHID_NEEDED}`,
      });
    case "EACCES":
      return new ExposeError("EXPOSE_UHID_DENIED", `${path} belongs to somebody else`, {
        cause,
        hint: `add to /etc/udev/rules.d/70-uhid.rules, then udevadm control --reload and udevadm trigger --name-match=uhid: ${UHID_UDEV_RULE}`,
      });
    case "EPERM":
      return new ExposeError("EXPOSE_UHID_DENIED", `${path} is kept from this process, as containers do`, {
        cause,
        hint: `start the container with the device: --device ${path}`,
      });
    default:
      return new ExposeError("EXPOSE_FAILED", `${path} made no device`, { cause });
  }
}
