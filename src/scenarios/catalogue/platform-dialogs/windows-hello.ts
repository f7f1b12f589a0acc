import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_HELLO, USB_KEY_REPORT } from "../patterns.js";

interface HelloCell {
  readonly hello: boolean;
  readonly setting: boolean;
  readonly transports: "internal-only" | "with-hybrid" | "omitted";
  readonly offered: readonly string[];
}

/** One cell of the matrix: the sheet depends on transports and system, never on the setting for passwords. */
function helloCell(cell: string, { hello, setting, transports, offered }: HelloCell): Scenario {
  return {
    id: cell === "" ? "win-hello-setting-intercepts" : `win-hello-setting-intercepts/${cell}`,
    group: "platform-dialogs",
    title: `Windows Hello ${hello ? "on" : "off"}, its setting for passwords ${setting ? "on" : "off"}, transports ${transports}: the sheet offers ${offered.join(",")}`,
    story:
      "Articles advise to turn off the browser's Windows Hello setting for passwords. This matrix shows that the sheet " +
      "depends on transports, on phone support and on Hello itself; the setting only adds a question before a " +
      "password is filled in.",
    sources: [USB_KEY_REPORT],
    knobs: {
      "key.elsewhere": true,
      "rp.transports": transports,
      "os.hybridSupported": false,
      "os.helloEnabled": hello,
      "browser.helloForPasswords": setting,
      "user.cancelMs": 12_000,
    },
    script: [
      { do: "register" },
      { do: "set", atMs: 59_000, knobs: { "key.present": false } },
      { do: "login", atMs: 60_000 },
    ],
    expect: {
      link: [{ kind: "link.not-found", where: { offered }, times: 1 }],
      page: [
        {
          kind: "page.settled",
          where: { method: "get", name: "NotAllowedError", reason: "cancelled" },
          times: 1,
        },
      ],
      ledger: HEALTHY,
      decidedBy: null,
      mechanisms: [
        "success",
        transports === "internal-only" ? "transports-internal-only" : "no-authenticator",
      ],
    },
  };
}

const HELLO_MATRIX: readonly Scenario[] = [
  helloCell("", { hello: false, setting: true, transports: "internal-only", offered: ["security-key"] }),
  helloCell("setting-off", {
    hello: false,
    setting: false,
    transports: "internal-only",
    offered: ["security-key"],
  }),
  helloCell("hello-on", {
    hello: true,
    setting: true,
    transports: "internal-only",
    offered: ["platform", "security-key"],
  }),
  helloCell("hello-on-setting-off", {
    hello: true,
    setting: false,
    transports: "internal-only",
    offered: ["platform", "security-key"],
  }),
  helloCell("transports-omitted", {
    hello: true,
    setting: true,
    transports: "omitted",
    offered: ["platform", "security-key"],
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
