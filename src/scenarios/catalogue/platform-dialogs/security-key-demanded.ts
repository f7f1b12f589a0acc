import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import {
  LOGIN_ACCEPTED,
  PHONE_AT_HAND,
  QR_SHOWN,
  THEN_AT_THE_COMPUTER,
  USB_KEY_REPORT,
} from "../patterns.js";

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
  knobs: { ...PHONE_AT_HAND, "rp.transports": "internal-only", "user.cancelMs": 12_000 },
  script: [{ do: "register" }, ...THEN_AT_THE_COMPUTER],
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

const withHybrid = variantOf(usbDemanded, "with-hybrid", {
  title: "The passkey is on the phone, and the site says so with `hybrid`: the computer shows a QR code",
  story: "With `hybrid` among its transports the browser offers the phone, and the login works by QR code.",
  knobs: { "rp.transports": "with-hybrid" },
  expect: {
    link: [QR_SHOWN, { kind: "link.not-found", times: 0 }],
    rp: [{ kind: "rp.response", where: { call: "login/finish", status: 200 }, times: 1 }, LOGIN_ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const hybridUnsupported = variantOf(usbDemanded, "browser-without-hybrid", {
  title:
    "The site names no transports, and the browser knows no QR codes: it asks for a USB key all the same",
  story:
    "The transports are not what is in the way here: a browser or a system without the hybrid transport offers no " +
    "phone, whatever the site says.",
  sources: [USB_KEY_REPORT, "public issue: Automattic/wp-calypso 84933"],
  knobs: { "rp.transports": "omitted", "os.hybridSupported": false },
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
    link: [{ kind: "link.not-found", where: { offered: ["security-key"] }, times: 1 }],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "cancelled" },
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "no-authenticator"],
  },
});

/** A dialog that asks for a security key although the passkey is on the phone. */
export const SECURITY_KEY_DEMANDED: readonly Scenario[] = [
  usbDemanded,
  usbDemandedWaits,
  withHybrid,
  hybridUnsupported,
];
