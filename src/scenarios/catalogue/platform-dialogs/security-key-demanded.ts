import type { Scenario } from "../../scenario.js";
import { HEALTHY } from "../knob-sets.js";
import { USB_KEY_REPORT } from "../patterns.js";

const usbDemanded: Scenario = {
  id: "usb-key-demanded-no-key",
  group: "platform-dialogs",
  title: "The passkey is on the phone, and the computer asks for a USB key that the user does not have",
  story:
    "The site stored the phone's passkey as `internal` only. At the computer the browser therefore offers no QR " +
    "code but a security key; the user has none and presses Cancel. No screen says that the phone would work.",
  sources: [
    USB_KEY_REPORT,
    "public issue: passwordless-lib/fido2-net-lib 429",
    "public issue: minbrowser/min 2528",
  ],
  knobs: {
    "key.elsewhere": true,
    "rp.transports": "internal-only",
    "os.hybridSupported": false,
    "user.cancelMs": 12_000,
  },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
    link: [{ kind: "link.not-found", where: { offered: ["security-key"] }, times: 1 }],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "cancelled" },
        atMs: [72_000, 73_000],
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "login/finish" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "transports-internal-only"],
  },
};

const usbDemandedWaits: Scenario = {
  ...usbDemanded,
  id: "usb-key-demanded-no-key/waits",
  title: "The computer asks for a USB key, and the user does not cancel: 180 s until the browser's timer",
  story: "A user who waits for something to happen waits three minutes, and then has to close the sheet.",
  knobs: { ...usbDemanded.knobs, "user.cancelMs": null },
  expect: {
    ...usbDemanded.expect,
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "timeout" },
        atMs: [240_000, 246_000],
        times: 1,
      },
    ],
    decidedBy: "client.ceremony",
  },
};

/** A dialog that asks for a security key although the passkey is on the phone. */
export const SECURITY_KEY_DEMANDED: readonly Scenario[] = [usbDemanded, usbDemandedWaits];
