import { toHex, utf8 } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import { ExposeError } from "./expose-error.js";
import { UHID_NAME_BYTES, UHID_UNIQ_BYTES } from "./uhid-event.js";

/** What a host reads of a device before it says a word to it. */
export interface UhidIdentity {
  /** Product name, at most 127 bytes of UTF-8; a host shows the name to users. */
  readonly name: string;
  /** USB ids, 16 bits each. Browsers treat some makers' keys in ways of their own. */
  readonly vendorId: number;
  readonly productId: number;
  /** Serial number, at most 63 bytes of UTF-8; two devices should not share one. */
  readonly serial: string;
}

/** Handed out for private tests. Source: pid.codes, 1209:0001. */
export const TEST_VENDOR_ID = 0x1209;
export const TEST_PRODUCT_ID = 0x0001;

/** The identity asked for, the rest made up. @throws {ExposeError} `EXPOSE_IDENTITY_INVALID` */
export function uhidIdentity(entropy: Entropy, wanted: Partial<UhidIdentity> = {}): UhidIdentity {
  const identity = {
    name: wanted.name ?? "Passkey Harness Simulated Key",
    vendorId: wanted.vendorId ?? TEST_VENDOR_ID,
    productId: wanted.productId ?? TEST_PRODUCT_ID,
    serial: wanted.serial ?? `sim-${toHex(entropy.bytes(4))}`,
  };
  checkText("name", identity.name, UHID_NAME_BYTES);
  checkText("serial", identity.serial, UHID_UNIQ_BYTES);
  for (const member of ["vendorId", "productId"] as const) {
    const id = identity[member];
    if (Number.isInteger(id) && id >= 0 && id <= 0xffff) continue;
    throw new ExposeError("EXPOSE_IDENTITY_INVALID", `${member} is no number of 16 bits`);
  }
  return identity;
}

/** `room` counts the zero that closes the text. */
function checkText(member: string, text: string, room: number): void {
  const { length } = utf8(text);
  // Line breaks would add lines to what the kernel and udev write of the device.
  // eslint-disable-next-line no-control-regex
  if (length > 0 && length < room && !/[\u0000-\u001f\u007f]/.test(text)) return;
  throw new ExposeError("EXPOSE_IDENTITY_INVALID", `${member} cannot be what it was given`, {
    hint: `1 to ${room - 1} bytes of UTF-8 without control characters`,
  });
}
