import type { Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { HEALTHY } from "../knob-sets.js";

interface QrCell {
  readonly profile: "chrome-floor3m" | "gecko" | "webkit";
  readonly timeoutMs: number | null;
  readonly findCameraMs: number;
  readonly gestureMs: number;
  readonly passes: boolean;
  readonly draws?: Sampling;
}

/** One way through the budget of a login by QR code. */
function qrLogin(variant: string, cell: QrCell): Scenario {
  const { profile, timeoutMs, findCameraMs, gestureMs, passes, draws } = cell;
  const asked = timeoutMs === null ? "no timeout" : `${timeoutMs / 1000} s`;
  return {
    id: variant === "" ? "qr-login-timeout-budget" : `qr-login-timeout-budget/${variant}`,
    group: "client-timers",
    title: `${profile}, site asks for ${asked}: ${findCameraMs / 1000} s to the link and ${gestureMs / 1000} s at the phone ${passes ? "are in time" : "are too slow"}`,
    story:
      "Articles recommend to log in by QR code, phone and Bluetooth. That takes a user well over half a minute; the " +
      "timer that the browser derives from the site's timeout decides whether it is in time.",
    sources: [
      "Field report: Mercari user: login by QR code and phone",
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
    ...(draws && { draws }),
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
  qrLogin("", {
    profile: "gecko",
    timeoutMs: null,
    findCameraMs: 15_000,
    gestureMs: 20_000,
    passes: false,
    draws: {
      turns: { "link.readyMs": [14_000, 25_000], "key.touchDelayMs": [17_000, 25_000] },
      why: "both parts together have to take longer than 30 s",
    },
  }),
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
    draws: {
      turns: {
        "client.timeoutMs": [50_000, 64_000],
        "link.readyMs": [46_000, 49_000],
        "key.touchDelayMs": [19_000, 24_000],
      },
      why: "both parts together have to take longer than the site's timeout",
    },
  }),
];

/** How long a login by QR code may take in each browser. */
export const QR_LOGIN_BUDGET: readonly Scenario[] = [...QR_BUDGET];
