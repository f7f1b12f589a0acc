import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_HELLO, PHONE_AT_HAND, QR_SHOWN, THEN_AT_THE_COMPUTER, USB_KEY_REPORT } from "../patterns.js";

interface HelloCell {
  readonly hello: boolean;
  readonly setting: boolean;
  readonly transports: "as-reported" | "internal-only" | "omitted";
  /** Version of the Windows dialog; one without QR codes when absent. */
  readonly api?: number;
  /** What the dialog offers a user whose passkey is on the phone; absent where that is a QR code, and the login works. */
  readonly offered?: readonly string[];
  readonly mechanism?: Scenario["expect"]["mechanisms"][number];
}

const API_WITHOUT_QR = 4;
const DIVERTED = { dialog: "os", setting: "hello-for-passwords" } as const;

/** One cell of the matrix: the setting gives the request to the Windows dialog, which may not know QR codes. */
function helloCell(
  cell: string,
  { hello, setting, transports, api = API_WITHOUT_QR, offered, mechanism = "success" }: HelloCell,
): Scenario {
  const isDiverted = hello && setting;
  return {
    id: cell === "" ? "win-hello-setting-intercepts" : `win-hello-setting-intercepts/${cell}`,
    group: "platform-dialogs",
    title:
      `Windows Hello ${hello ? "on" : "off"}, its setting for passwords ${setting ? "on" : "off"}, transports ${transports}, ` +
      `API ${api}: the sheet offers ${offered?.join(",") ?? "a QR code"}`,
    story:
      "The passkey is on the phone. With the browser's setting that has Windows Hello asked for passwords, a request " +
      "goes to the Windows dialog. One before version 6 of its API shows no QR code: the user can choose a security " +
      "key or Windows Hello, and has the passkey on neither. Switching the setting off brings the browser's own sheet " +
      "back, unless the site's transports rule the phone out as well.",
    sources: [USB_KEY_REPORT, "Field report: Mercari user: switching off the setting of Windows Hello helps"],
    knobs: {
      ...PHONE_AT_HAND,
      "client.profile": "chrome-windows",
      "os.webauthnApi": api,
      "rp.transports": transports,
      "os.helloEnabled": hello,
      "browser.helloForPasswords": setting,
      "user.cancelMs": 12_000,
    },
    script: [{ do: "register" }, ...THEN_AT_THE_COMPUTER],
    expect:
      offered === undefined
        ? {
            link: [QR_SHOWN, { kind: "link.not-found", times: 0 }],
            rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
            ledger: HEALTHY,
            decidedBy: null,
            mechanisms: ["success", "success"],
          }
        : {
            link: [{ kind: "link.not-found", where: { offered, ...(isDiverted ? DIVERTED : {}) }, times: 1 }],
            page: [
              {
                kind: "page.settled",
                where: { method: "get", name: "NotAllowedError", reason: "cancelled" },
                times: 1,
              },
            ],
            ledger: HEALTHY,
            decidedBy: null,
            mechanisms: ["success", mechanism],
          },
  };
}

const NO_QR = ["platform", "security-key"] as const;

const HELLO_MATRIX: readonly Scenario[] = [
  helloCell("", {
    hello: true,
    setting: true,
    transports: "as-reported",
    offered: NO_QR,
    mechanism: "hello-setting-diverts",
  }),
  helloCell("setting-off", { hello: true, setting: false, transports: "as-reported" }),
  helloCell("hello-off", { hello: false, setting: true, transports: "as-reported" }),
  helloCell("api-6", { hello: true, setting: true, transports: "as-reported", api: 6 }),
  helloCell("hello-on", {
    hello: true,
    setting: true,
    transports: "internal-only",
    offered: NO_QR,
    mechanism: "hello-setting-diverts",
  }),
  helloCell("hello-on-setting-off", {
    hello: true,
    setting: false,
    transports: "internal-only",
    offered: NO_QR,
    mechanism: "transports-internal-only",
  }),
  helloCell("transports-omitted", {
    hello: true,
    setting: true,
    transports: "omitted",
    offered: NO_QR,
    mechanism: "hello-setting-diverts",
  }),
];

const helloMissing: Scenario = {
  id: "win-hello-missing-internal-only",
  group: "platform-dialogs",
  title: "The site requires a platform passkey and Windows Hello is off: an error, and no way to try again",
  story:
    "The request is for the computer's own authenticator only. There is none, so the browser says that Windows " +
    "Hello is not set up and offers neither key nor phone. The page learns of it when the user closes the " +
    "sheet.",
  sources: [
    "Chromium chrome/browser/ui/webauthn (step for internal-only requests while Windows Hello is off)",
    "Field report: Mercari user: only a USB key or Windows Hello is offered",
  ],
  knobs: { "link.road": "hybrid", "os.helloEnabled": false, "rp.attachment": "platform" },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    link: [
      { kind: "link.not-found", where: { offered: [] }, times: 1 },
      { kind: "link.hybrid", times: 0 },
    ],
    page: [
      NO_HELLO,
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "attachment-unavailable" },
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["no-authenticator"],
  },
};

const helloThere = variantOf(helloMissing, "hello-on", {
  title: "The site requires a platform passkey and Windows Hello is on: the passkey is created there",
  story: "The browser asks the computer's own authenticator, and no phone takes part.",
  knobs: { "os.helloEnabled": true },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, actor: "computer", times: 1 }],
    link: [{ kind: "link.hybrid", times: 0 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const phoneInstead = variantOf(helloMissing, "phone-offered", {
  title: "Windows Hello is off and the site accepts any passkey: the user scans a code",
  story: "A page that asks first whether the computer has a platform authenticator offers the phone instead.",
  knobs: { "rp.attachment": "any" },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, actor: "key", times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** What Windows Hello and its settings change in the sheet. */
export const WINDOWS_HELLO: readonly Scenario[] = [...HELLO_MATRIX, helloMissing, helloThere, phoneInstead];
