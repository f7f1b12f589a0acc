import type { Env } from "../../core/env.js";
import type { Hardware } from "../hardware/hardware.js";
import type { RigPhone as PhoneInInventory } from "../inventory/inventory.js";
import { RigError } from "../rig-error.js";
import { adbPhone } from "./adb-phone.js";
import type { RigPhone } from "./phone.js";

/** How long a user has to scan, in milliseconds. */
const USER_MS = 120_000;

/**
 * Makes the phone that the rig file describes.
 *
 * @param show shows a QR code to the user in front of the rig; the code is a secret, so it belongs into no log.
 * @throws {RigError} `RIG_PHONE_FAILED` for a linked phone: it is asked through its link, without a scan.
 */
export function phoneFor(
  env: Env,
  hardware: Hardware & { readonly show: (qr: string) => void },
  phone: PhoneInInventory,
): RigPhone {
  switch (phone.by) {
    case "adb":
      return adbPhone(env, hardware, phone);
    case "user":
      return userPhone(env, hardware, phone);
    case "linked":
      throw new RigError("RIG_PHONE_FAILED", `"${phone.label}" is linked: it is asked without a QR code`, {
        hint: "register and login take --phone NAME --links FILE",
      });
  }
}

function userPhone(
  env: Env,
  { tell, show }: { readonly tell: (text: string) => void; readonly show: (qr: string) => void },
  { label, waitMs = USER_MS }: { readonly label: string; readonly waitMs?: number },
): RigPhone {
  return {
    label,
    async scan({ qr, signal }) {
      show(qr);
      tell(`scan the code with ${label} and agree there, within ${Math.ceil(waitMs / 1_000)} s`);
      const isOver = await new Promise<boolean>((resolve) => {
        const disarm = env.clock.arm(waitMs, "rig.scan", () => resolve(true));
        const answered = () => {
          disarm();
          resolve(false);
        };
        if (signal?.aborted === true) answered();
        else signal?.addEventListener("abort", answered, { once: true });
      });
      if (isOver)
        throw new RigError("RIG_PHONE_FAILED", `nobody scanned with "${label}" within ${waitMs} ms`);
    },
  };
}
