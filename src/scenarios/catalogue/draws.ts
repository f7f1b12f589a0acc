import { BYSTANDERS, type Draws } from "../samples.js";

const BROWSER_FIRST = "the browser's 180 s have to end before the gesture";
const TWO_TIMERS = "which of two timers ends first is the story";
const BEFORE_COPY = "the first login has to come before the copy has the row, and the second after it";

/** Stories in which a site's own timers and the person's race each other. */
const SITE_DRAWS: Readonly<Record<string, Draws>> = {
  "late-delivery": { knobs: { "client.timeoutMs": null }, why: "it promises the very wish of the site" },
  "rakuten-error-then-mail": {
    knobs: { "key.touchDelayMs": [90_000, 100_000], "rp.replicaLagMs": [146_000, 168_000] },
    why: BEFORE_COPY,
  },
  "rakuten-error-then-mail/client-timer": {
    knobs: { "key.touchDelayMs": [180_000, 225_000] },
    why: BROWSER_FIRST,
  },
  "rakuten-rp-owned-qr": {
    knobs: { "poll.limitMs": [45_000, 59_000], "gw.idleMs": [61_000, 75_000] },
    why: TWO_TIMERS,
  },
  "rakuten-rp-owned-qr/replica-lag": {
    knobs: {
      "poll.limitMs": [45_000, 59_000],
      "gw.idleMs": [61_000, 75_000],
      "key.touchDelayMs": [96_000, 104_000],
      "rp.replicaLagMs": [136_000, 160_000],
    },
    why: `${TWO_TIMERS}; ${BEFORE_COPY}`,
  },
  "rakuten-mailed-key-then-slow-qr": {
    knobs: { "key.touchDelayMs": [100_000, 170_000] },
    why: "the browser gives up at 180 s",
  },
  "rakuten-mailed-key-then-slow-qr/180s": {
    knobs: { "key.touchDelayMs": [120_000, 165_000], "rp.stepUpTtlMs": [180_000, 216_000] },
    why: "the step-up has to outlive the gesture",
  },
  "rakuten-mailed-key-then-slow-qr/bound-at-options": {
    knobs: { "key.touchDelayMs": [100_000, 170_000] },
    why: "the browser gives up at 180 s",
  },
  "rp-challenge-shorter-than-client/90s": {
    knobs: { "key.touchDelayMs": [110_000, 160_000], "rp.challengeTtlMs": [72_000, 105_000] },
    why: "the challenge has to die before the gesture",
  },
  "rp-challenge-shorter-than-client/180s": {
    knobs: { "key.touchDelayMs": [96_000, 150_000], "rp.challengeTtlMs": [160_000, 216_000] },
    why: "the challenge has to outlive the gesture",
  },
  "rp-async-outbox/patient": {
    knobs: { "rp.workerMs": [96_000, 140_000], "rp.pollMs": [150_000, 216_000] },
    why: "the page has to ask for longer than the worker takes",
  },
  "rp-async-outbox/lagging-projection": {
    knobs: { "rp.workerMs": [90_000, 112_000], "rp.replicaLagMs": [56_000, 66_000] },
    why: BEFORE_COPY,
  },
  "rp-side-effects-before-validation": {
    knobs: { "rp.challengeTtlMs": [48_000, 63_000] },
    why: "the challenge has to die before the gesture",
  },
  "rp-replica-lag": { knobs: { "rp.replicaLagMs": [50_000, 98_000] }, why: BEFORE_COPY },
  "rp-replica-lag/finish": { knobs: { "rp.replicaLagMs": [50_000, 98_000] }, why: BEFORE_COPY },
};

const MAIL_FIRST = "whether the mail or the code's end comes first is the story";

const TOLD_TOO_LATE: Draws = {
  knobs: { "otp.ttlMs": [144_000, 190_000] },
  why: "the code has to expire before it is told",
};

/** Stories of codes by mail: delays against lives. */
const CODE_DRAWS: Readonly<Record<string, Draws>> = {
  "otp-mail-after-expiry": {
    knobs: { "mail.delayMs": [185_000, 240_000], "otp.ttlMs": [144_000, 184_000] },
    why: MAIL_FIRST,
  },
  "otp-mail-after-expiry/60s-60s": {
    knobs: { "mail.delayMs": [58_000, 72_000], "otp.ttlMs": [48_000, 58_000] },
    why: MAIL_FIRST,
  },
  "otp-mail-after-expiry/200s-300s": {
    knobs: { "mail.delayMs": [160_000, 225_000], "otp.ttlMs": [245_000, 360_000] },
    why: MAIL_FIRST,
  },
  ...Object.fromEntries(
    ["60s", "180s", "300s", "1800s"].map((ttl) => [
      `otp-mail-after-expiry/2700s-${ttl}`,
      { knobs: { "mail.delayMs": [2_200_000, 2_850_000] }, why: "the person waits for an hour or so" },
    ]),
  ),
  "fallback-line-works/code-expired": {
    knobs: { "idp.codeTtlMs": [144_000, 190_000] },
    why: "the code has to expire before it is typed",
  },
  "monex-sms-to-spouse/240s": TOLD_TOO_LATE,
  "monex-sms-to-spouse/240s/not-counted": TOLD_TOO_LATE,
  "monex-mail-otp-in-spam/900s": {
    knobs: { "otp.ttlMs": [810_000, 1_080_000] },
    why: "the code has to outlive the search",
  },
  "otp-resend-rotates/overtaken": {
    knobs: { "mail.delayMs": [55_000, 94_000] },
    why: "the first mail has to come last, and before the person looks",
  },
  "otp-resend-rotates": {
    knobs: { "mail.delayMs": [34_000, 48_000] },
    why: "the void code has to come first",
  },
};

/** Stories of keys on cables: fractions of a second decide them. */
const KEY_DRAWS: Readonly<Record<string, Draws>> = {
  "usb-touch-timeout-reissue": {
    knobs: { "key.upTimeoutMs": [32_500, 36_000], "key.touchDelayMs": [40_000, 54_000] },
    why: "the key has to give up once, after the person made up their mind",
  },
  "usb-keepalive-stall": {
    knobs: {
      "hid.silenceMs": [16_000, 20_000],
      "hid.stallAfterMs": [1_600, 2_400],
      "hid.stallForMs": [23_000, 30_000],
      "key.touchDelayMs": [23_500, 28_000],
    },
    why: "the touch has to come after the host dropped the key",
  },
  "usb-keepalive-slow": {
    knobs: { "key.touchDelayMs": [5_000, 29_000], "key.upTimeoutMs": [30_000, 40_000] },
    why: "the touch has to come while the key waits",
  },
  "usb-channel-busy-brief": {
    knobs: { "hid.busyMs": null, "net.latencyMs": null, "rp.optionsMs": null },
    why: "it promises how often the host asks",
  },
  "usb-cancel-race": {
    knobs: {
      "page.guardMs": null,
      "net.latencyMs": [20, 60],
      "rp.optionsMs": [20, 60],
      "key.processingMs": [50, 150],
      "key.touchDelayMs": [4_400, 4_650],
      "key.createMs": [520, 900],
    },
    why: "a race is one for less than a second",
  },
  "usb-cancel-race/cancel-first": {
    knobs: { "page.guardMs": [4_000, 5_000], "key.touchDelayMs": [5_200, 9_000] },
    why: "the page has to abort before the touch",
  },
  "usb-host-quits-without-cancel": {
    knobs: {
      "key.touchDelayMs": [9_000, 11_000],
      "key.createMs": [0, 1_500],
      "hid.busyPatienceMs": [11_500, 14_400],
    },
    why: "two browsers have to come before the touch, and the second has to wait for the key to be done",
  },
  "usb-unplug-mid-create/after-pin": {
    knobs: { "user.pinEntryMs": [2_000, 7_000], "key.touchDelayMs": [11_000, 20_000] },
    why: "the key has to go after the PIN and before the touch",
  },
  "usb-reassembly-gap": {
    knobs: { "hid.gapMs": [112, 180], "hid.reassemblyMs": [80, 108] },
    why: "which of two gaps is longer is the story",
  },
  "usb-reassembly-gap/within-window": {
    knobs: { "hid.gapMs": [40, 95], "hid.reassemblyMs": [100, 140] },
    why: "which of two gaps is longer is the story",
  },
  "usb-reset-window-missed": {
    knobs: { "key.resetWindowMs": [8_000, 11_500] },
    why: "the window has to close before the reset",
  },
  "usb-reset-window-missed/in-time": {
    knobs: { "key.resetWindowMs": [9_500, 12_000] },
    why: "the reset has to come within the window",
  },
  "pin-token-first-use-expired": {
    knobs: { "host.stallAfterTokenMs": [30_500, 60_000] },
    why: "a token lives 30 s by the specification",
  },
  "pin-token-first-use-expired/29s": {
    knobs: { "host.stallAfterTokenMs": [5_000, 29_500] },
    why: "a token lives 30 s by the specification",
  },
  "next-assertion-30s": {
    knobs: { "client.chooserMs": [30_500, 60_000] },
    why: "assertions are kept for 30 s by the specification",
  },
};

const SLOW_SWITCH: Draws = {
  knobs: {
    "client.timeoutMs": [58_500, 60_500],
    "user.btOnMs": [53_500, 57_000],
    "phone.scanDelayMs": [8_000, 15_000],
  },
  why: "the code has to be shown before the browser's end, and the phone heard after it",
};

const LATE_ADVERT: Draws = {
  knobs: { "page.guardMs": [32_000, 45_000], "ble.advertDelayMs": [43_000, 52_000] },
  why: "the page has to give up before the phone is heard",
};

const TOLD_FIRST: Draws = {
  knobs: { "ble.advertDelayMs": [300, 5_000] },
  why: "the service has to tell of the phone before its advert is heard",
};

/** Nobody else varies. */
const STILL = Object.fromEntries(Object.keys(BYSTANDERS).map((name) => [name, null]));

/** Stories of radios. */
const RADIO_DRAWS: Readonly<Record<string, Draws>> = {
  "rakuten-link-flake-each-attempt": {
    knobs: { "page.guardMs": [32_000, 47_000], "link.readyMs": [48_500, 60_000] },
    why: "the page has to give up before the phone is heard",
  },
  "ble-advert-late": LATE_ADVERT,
  "ble-advert-late/corrected": LATE_ADVERT,
  "rakuten-link-flake-each-attempt/hybrid": LATE_ADVERT,
  "rakuten-link-flake-each-attempt/hybrid/by-chance": LATE_ADVERT,
  "ble-off-at-start/slow-person-webkit": SLOW_SWITCH,
  "ble-off-at-start/slow-person-gecko": SLOW_SWITCH,
  "ble-off-at-start/in-the-middle": {
    knobs: { "phone.scanDelayMs": [8_000, 14_000] },
    why: "Bluetooth has to go off before the phone is heard",
  },
  "ble-permission-denied-phone/granted": {
    knobs: { "phone.rescanMs": [20_000, 26_000] },
    why: "the person has to scan again after the permission, and not before it as well",
  },
  "push-wake-delayed": TOLD_FIRST,
  "push-wake-delayed/1-s": TOLD_FIRST,
  "push-wake-delayed/15-s": TOLD_FIRST,
  "ble-windows-poweron-race/waits-first": {
    jitter: 0.02,
    knobs: STILL,
    why: "half a second between radio and code is the story",
  },
};

/** Stories of browsers and of phones. */
const CLIENT_DRAWS: Readonly<Record<string, Draws>> = {
  "client-timer-orphan": { knobs: { "key.touchDelayMs": [180_000, 235_000] }, why: BROWSER_FIRST },
  "client-timer-orphan/hybrid": { knobs: { "key.touchDelayMs": [176_000, 230_000] }, why: BROWSER_FIRST },
  "client-conditional-stale-challenge": {
    knobs: { "rp.challengeTtlMs": [240_000, 330_000] },
    why: "the challenge has to die before the person picks a passkey",
  },
  "client-clamp-matrix/chrome-floor3m-600000": {
    knobs: { "client.timeoutMs": null },
    why: "it promises that the wish is granted as it is",
  },
  "mercari-qr-login-budget": {
    turns: { "link.readyMs": [14_000, 25_000], "key.touchDelayMs": [17_000, 25_000] },
    why: "both parts together have to take longer than 30 s",
  },
  "mercari-qr-login-budget/webkit": {
    turns: {
      "client.timeoutMs": [50_000, 64_000],
      "link.readyMs": [46_000, 49_000],
      "key.touchDelayMs": [19_000, 24_000],
    },
    why: "both parts together have to take longer than the site's wish",
  },
  "phone-platform-60s-expiry": {
    knobs: { "key.touchDelayMs": [74_000, 110_000] },
    why: "the platform has to lose patience before the gesture",
  },
};

/** Stories whose parameters vary otherwise than `drawScenario` would have it by itself, and why. */
export const CATALOGUE_DRAWS: Readonly<Record<string, Draws>> = {
  ...SITE_DRAWS,
  ...CODE_DRAWS,
  ...KEY_DRAWS,
  ...CLIENT_DRAWS,
  ...RADIO_DRAWS,
};
