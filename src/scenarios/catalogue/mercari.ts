import type { Scenario } from "../scenario.js";

const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;
const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const FIELD_REPORT = "field report: Mercari (a sheet asks for a USB key, and only Cancel works)";

const usbDemanded: Scenario = {
  id: "usb-key-demanded-no-key",
  group: "client",
  title: "The passkey is on the phone, and the computer asks for a USB key nobody has",
  story:
    "The site stored the phone's passkey as `internal` only. At the computer the browser therefore offers no QR code " +
    "but a security key; the person has none and presses Cancel. Nothing on any screen says that the phone would do.",
  sources: [
    FIELD_REPORT,
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
  title: "The same sheet, and nobody presses Cancel: 180 s until the browser's timer",
  story: "Whoever waits for something to happen waits three minutes, and then for the sheet to be closed.",
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

/** One cell of the matrix: the sheet depends on transports and system, never on the setting for passwords. */
function helloCell(cell: string, { hello, setting, transports, offered }: HelloCell): Scenario {
  return {
    id: cell === "" ? "win-hello-setting-intercepts" : `win-hello-setting-intercepts/${cell}`,
    group: "client",
    title: `Windows Hello ${hello ? "on" : "off"}, its setting for passwords ${setting ? "on" : "off"}: the sheet offers ${offered.join(",")}`,
    story:
      "Articles advise to turn off the browser's Windows Hello setting for passwords. The cells of this matrix show " +
      "that the sheet depends on transports, on phone support and on Hello itself; the setting only adds a question " +
      "before a password is filled in.",
    sources: [FIELD_REPORT],
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

interface HelloCell {
  readonly hello: boolean;
  readonly setting: boolean;
  readonly transports: "internal-only" | "with-hybrid" | "omitted";
  readonly offered: readonly string[];
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
  group: "client",
  title: `The Windows dialog ends with ${result}; the page sees ${name}`,
  story:
    "Windows tells eight different endings apart. Through Chromium a page sees two: InvalidStateError when the " +
    "passkey exists already, NotAllowedError for everything else.",
  sources: ["Chromium device/fido/win/type_conversions.cc", "microsoft/webauthn webauthn.h"],
  knobs: { "client.profile": "chrome-windows", "os.webauthnApi": 8, "os.dialogResult": result },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name, reason }, times: 1 }],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: UNTOUCHED,
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
    group: "client",
    title: `${profile} with version ${api} of the Windows interface offers ${offered.join(",")}`,
    story:
      "The Windows dialog knows QR codes from version 6 of its interface. A browser that leaves everything to an " +
      "older one can offer a security key only; Chromium draws a QR code of its own.",
    sources: [
      FIELD_REPORT,
      "public issue: DuarteSantos8/openGym 103",
      "public issue: zen-browser/desktop 12372",
    ],
    knobs: {
      "client.profile": profile,
      "os.webauthnApi": api,
      "key.present": false,
      "user.cancelMs": 8_000,
    },
    script: [{ do: "login" }],
    expect: {
      ctap: [{ kind: "ctap.request", times: 0 }],
      link: [{ kind: "link.not-found", where: { offered }, times: 1 }],
      page: [{ kind: "page.settled", where: { name: "NotAllowedError", reason: "cancelled" }, times: 1 }],
      ledger: UNTOUCHED,
      decidedBy: null,
      mechanisms: ["no-authenticator"],
    },
  };
}

interface QrCell {
  readonly profile: "chrome-floor3m" | "gecko" | "webkit";
  readonly timeoutMs: number | null;
  readonly findCameraMs: number;
  readonly gestureMs: number;
  readonly passes: boolean;
}

/** One way through the budget of a login by QR code. */
function qrLogin(variant: string, cell: QrCell): Scenario {
  const { profile, timeoutMs, findCameraMs, gestureMs, passes } = cell;
  const wish = timeoutMs === null ? "no timeout" : `${timeoutMs / 1000} s`;
  return {
    id: variant === "" ? "mercari-qr-login-budget" : `mercari-qr-login-budget/${variant}`,
    group: "client",
    title: `${profile}, site asks for ${wish}: ${findCameraMs / 1000} s to the link and ${gestureMs / 1000} s at the phone ${passes ? "are in time" : "are too slow"}`,
    story:
      "QR code, phone and Bluetooth are the way out the article describes. It takes a person well over half a minute; " +
      "whether that is in time is decided by the timer the browser makes of the site's wish.",
    sources: [
      "field report: Mercari (login by QR code and phone)",
      "Gecko dom/webauthn, WebAuthnTimeout() (30 s by default)",
    ],
    knobs: { "link.road": "loopback", "link.seenAs": "hybrid", "client.timeoutMs": 300_000 },
    script: [
      { do: "register" },
      {
        do: "set",
        atMs: 59_000,
        knobs: {
          "client.profile": profile,
          "client.timeoutMs": timeoutMs,
          "link.readyMs": findCameraMs,
          "key.touchDelayMs": gestureMs,
        },
      },
      { do: "login", atMs: 60_000 },
    ],
    expect: {
      page: [
        passes
          ? { kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 1 }
          : {
              kind: "page.settled",
              where: { method: "get", name: "NotAllowedError", reason: "timeout" },
              times: 1,
            },
      ],
      rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: passes ? 1 : 0 }],
      ledger: HEALTHY,
      decidedBy: passes ? null : "client.ceremony",
      mechanisms: ["success", passes ? "success" : "client-timeout"],
    },
  };
}

const QR_BUDGET: readonly Scenario[] = [
  qrLogin("", { profile: "gecko", timeoutMs: null, findCameraMs: 15_000, gestureMs: 20_000, passes: false }),
  qrLogin("quick", {
    profile: "gecko",
    timeoutMs: null,
    findCameraMs: 3_000,
    gestureMs: 2_000,
    passes: true,
  }),
  qrLogin("gecko-120", {
    profile: "gecko",
    timeoutMs: 300_000,
    findCameraMs: 45_000,
    gestureMs: 20_000,
    passes: true,
  }),
  qrLogin("chrome", {
    profile: "chrome-floor3m",
    timeoutMs: 60_000,
    findCameraMs: 45_000,
    gestureMs: 20_000,
    passes: true,
  }),
  qrLogin("webkit", {
    profile: "webkit",
    timeoutMs: 60_000,
    findCameraMs: 45_000,
    gestureMs: 20_000,
    passes: false,
  }),
];

/** The Mercari story as far as computer and browser tell it. */
export const MERCARI: readonly Scenario[] = [
  usbDemanded,
  usbDemandedWaits,
  ...QR_BUDGET,
  ...HELLO_MATRIX,
  ...ERROR_COLLAPSE,
  dialogOf("", "gecko", 4, ["security-key"]),
  dialogOf("api-6", "gecko", 6, ["security-key", "qr"]),
  dialogOf("chrome", "chrome-windows", 4, ["security-key", "qr"]),
];
