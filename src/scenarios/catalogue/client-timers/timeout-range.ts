import type { Scenario } from "../../scenario.js";
import { NOTHING } from "../knob-sets.js";
import { NO_FINISH } from "../patterns.js";

type Profile = NonNullable<Scenario["knobs"]["client.profile"]>;

/** A cell of the matrix: what the client makes of the time the site asked for. */
function clamp(profile: Profile, wantedMs: number | null, effectiveMs: number): Scenario {
  const wanted = wantedMs === null ? "absent" : `${wantedMs}`;
  const isMain = profile === "chrome-floor3m" && wantedMs === 60_000;
  return {
    id: isMain ? "client-clamp-matrix" : `client-clamp-matrix/${profile}-${wanted}`,
    group: "client-timers",
    title: `${profile}: a timeout of ${wanted} means ${effectiveMs / 1000} s`,
    story:
      "No authenticator answers. The client decides how long the page waits: it clamps the site's timeout to its own " +
      "bounds, and the site's challenge has to live at least as long.",
    sources: [
      "WebAuthn Level 3, Recommended Range for Ceremony Timeouts",
      "Chromium, Gecko and WebKit: see the client profiles",
    ],
    knobs: {
      "client.profile": profile,
      "client.timeoutMs": wantedMs,
      "key.present": false,
      "user.closeSheetMs": 0,
    },
    script: [{ do: "register" }],
    expect: {
      ctap: [{ kind: "ctap.request", times: 0 }],
      page: [
        { kind: "page.called", where: { effectiveMs }, times: 1 },
        {
          kind: "page.settled",
          where: { name: "NotAllowedError", reason: "timeout" },
          atMs: [effectiveMs, effectiveMs + 1_000],
          times: 1,
        },
      ],
      rp: [NO_FINISH],
      ledger: NOTHING,
      decidedBy: "client.ceremony",
      mechanisms: ["no-authenticator"],
    },
  };
}

const CLAMPS: readonly Scenario[] = [
  clamp("chrome-floor3m", 60_000, 180_000),
  {
    ...clamp("chrome-floor3m", 600_000, 600_000),
    draws: { knobs: { "client.timeoutMs": null }, why: "it expects that the timeout is granted unchanged" },
  },
  clamp("chrome-10s-10m", 5_000, 10_000),
  clamp("chrome-10s-10m", 86_400_000, 600_000),
  clamp("gecko", 5_000, 15_000),
  clamp("gecko", 300_000, 120_000),
  clamp("gecko", null, 30_000),
  clamp("webkit", 1, 1),
  clamp("webkit", null, 120_000),
  clamp("spec-l3", 60_000, 300_000),
  clamp("spec-l3", 86_400_000, 600_000),
  clamp("spec-l2-uvd", null, 120_000),
];

const unclamped: Scenario = {
  id: "client-virtual-authenticator-unclamped",
  group: "client-timers",
  title: "With a WebDriver virtual authenticator 2 s are 2 s; users get 180 s",
  story:
    "Chromium takes the site's timeout as it is while a virtual authenticator is attached: such a test never meets the floor of 3 minutes.",
  sources: ["Chromium authenticator_common_impl.cc (AdjustTimeout)"],
  knobs: {
    "client.timeoutMs": 2_000,
    "client.virtualAuthenticator": true,
    "key.touchDelayMs": null,
    "user.closeSheetMs": 0,
  },
  script: [{ do: "register" }],
  expect: {
    page: [
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "timeout" },
        atMs: [2_000, 3_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["client-timeout"],
  },
};

const sheetOpen: Scenario = {
  id: "client-timed-out-sheet-open",
  group: "client-timers",
  title: "The timer fires at 180 s; the page learns of it at 900 s, when the user closes the sheet",
  story:
    "Chromium shows the time-out on a sheet of its own and keeps the promise pending until the user closes it.",
  sources: [
    "Chromium chrome_authenticator_request_delegate.cc",
    "measured: Chromium 156, promise pending with the sheet open",
  ],
  knobs: { "key.present": false, "user.closeSheetMs": 720_000 },
  script: [{ do: "register" }],
  expect: {
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [180_000, 181_000], times: 1 },
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "timeout" },
        atMs: [900_000, 901_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["no-authenticator"],
  },
};

/** How clients clamp the site's timeout, and when the page learns that it is over. */
export const TIMEOUT_RANGE: readonly Scenario[] = [...CLAMPS, unclamped, sheetOpen];
