import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { USB_KEY_REPORT } from "../patterns.js";

const HRESULTS = [
  ["NTE_EXISTS", "InvalidStateError", "excluded-credential"],
  ["ERROR_CANCELLED", "NotAllowedError", "cancelled"],
  ["ERROR_TIMEOUT", "NotAllowedError", "timeout"],
  ["NTE_NOT_FOUND", "NotAllowedError", "no-credential"],
  ["NTE_NOT_SUPPORTED", "NotAllowedError", "uv-unavailable"],
  ["NTE_TOKEN_KEYSET_STORAGE_FULL", "NotAllowedError", "storage-full"],
  ["NTE_INVALID_PARAMETER", "NotAllowedError", "unsupported-algorithm"],
  ["E_FAIL", "NotAllowedError", "unexpected"],
] as const;

const ERROR_COLLAPSE: readonly Scenario[] = HRESULTS.map(([result, name, reason], at) => ({
  id: at === 0 ? "win-error-collapse" : `win-error-collapse/${result}`,
  group: "platform-dialogs",
  title: `The Windows dialog ends with ${result}; the page sees ${name}`,
  story:
    "Windows reports eight different results. Through Chromium a page sees two: InvalidStateError when the passkey " +
    "exists already, NotAllowedError for everything else.",
  sources: ["Chromium device/fido/win/type_conversions.cc", "microsoft/webauthn webauthn.h"],
  knobs: { "client.profile": "chrome-windows", "os.webauthnApi": 8, "os.dialogResult": result },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name, reason }, times: 1 }],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["dialog-refused"],
  },
}));

/** Which ways the dialog of one Windows offers one browser. */
function dialogOf(
  variant: string,
  profile: "gecko" | "chrome-windows",
  api: number,
  offered: readonly string[],
): Scenario {
  return {
    id: variant === "" ? "win-os-dialog-usb-only" : `win-os-dialog-usb-only/${variant}`,
    group: "platform-dialogs",
    title: `${profile} with version ${api} of the Windows WebAuthn API offers ${offered.join(",")}`,
    story:
      "The Windows dialog offers QR codes from version 6 of its API. A browser that leaves everything to an older one " +
      "can offer a security key only; Chromium shows a QR code of its own.",
    sources: [
      USB_KEY_REPORT,
      "public issue: DuarteSantos8/openGym 103",
      "public issue: zen-browser/desktop 12372",
    ],
    knobs: {
      "client.profile": profile,
      "os.webauthnApi": api,
      "user.cancelMs": 8_000,
      // With the key's own transports nothing but a security key would be asked for.
      "rp.transports": "omitted",
    },
    // The passkey is on a key that is not at hand later.
    script: [
      { do: "register" },
      { do: "set", atMs: 60_000, knobs: { "key.present": false } },
      { do: "login", atMs: 60_000 },
    ],
    expect: {
      ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
      link: [{ kind: "link.not-found", where: { offered }, times: 1 }],
      page: [{ kind: "page.settled", where: { name: "NotAllowedError", reason: "cancelled" }, times: 1 }],
      ledger: HEALTHY,
      decidedBy: null,
      mechanisms: ["success", "no-authenticator"],
    },
  };
}

/** What the Windows dialog offers, and what a page sees of its errors. */
export const WINDOWS_DIALOG: readonly Scenario[] = [
  ...ERROR_COLLAPSE,
  dialogOf("", "gecko", 4, ["security-key"]),
  dialogOf("api-6", "gecko", 6, ["security-key", "qr"]),
  dialogOf("chrome", "chrome-windows", 4, ["security-key", "qr"]),
];
