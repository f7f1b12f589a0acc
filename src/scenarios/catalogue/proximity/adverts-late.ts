import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { ACCEPTED, ADVERT_SEEN, NEVER_ASKED, NEVER_HEARD, NO_FINISH, RESOLVED } from "../patterns.js";

const advertLate: Scenario = {
  id: "ble-advert-late",
  group: "proximity",
  title: "The computer hears the phone after 45 s; the page said at 40 s that it failed",
  story:
    "A weak radio, or one that sleeps most of the time, hears the phone late. The page's own timer is shorter " +
    "and shows a failure without ending the request. The phone is found after all, the user agrees, and the " +
    "passkey is there.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: errors first, then the prompt on the phone",
    "public issue: omacom/omarchy 623",
  ],
  knobs: {
    "link.road": "hybrid",
    "ble.advertDelayMs": 45_000,
    "ble.advertLossPct": 90,
    "page.guardMs": 40_000,
    "page.aborts": false,
  },
  script: [{ do: "register" }],
  draws: {
    knobs: { "page.guardMs": [32_000, 45_000], "ble.advertDelayMs": [43_000, 52_000] },
    why: "the page has to give up before the phone is heard",
  },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, atMs: [45_000, 120_000], times: 1 }],
    link: [{ ...ADVERT_SEEN, atMs: [45_000, 120_000] }],
    page: [{ kind: "page.gave-up", where: { aborted: false }, atMs: [40_000, 40_000], times: 1 }, RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["ble-late-advert"],
  },
};

const advertLateCorrected = variantOf(advertLate, "corrected", {
  title: "The computer hears the phone after 45 s, and the page replaces its error by a success",
  story:
    "The phone is heard after the page's timer. This page acts on the promise and not on its own timer: when " +
    "the passkey is there it says so, where the error had stood.",
  knobs: { "page.corrects": true },
  draws: {
    knobs: { "page.guardMs": [32_000, 45_000], "ble.advertDelayMs": [43_000, 52_000] },
    why: "the page has to give up before the phone is heard",
  },
  expect: {
    ...advertLate.expect,
    page: [
      ...(advertLate.expect.page ?? []),
      { kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 },
    ],
  },
});

const secondCode = variantOf(advertLate, "second-code", {
  title: "The first code's phone is never heard; the page shows a second code, and that one works",
  story:
    "The client gives the search 45 s, says that it failed, and the page retries behind its error text. The " +
    "second code is scanned where the radio is better. The phone still broadcasts for the first one, which " +
    "decrypts nothing.",
  knobs: {
    "ble.advertDelayMs": 300,
    "ble.advertLossPct": 100,
    "page.guardMs": null,
    "page.autoRetry": 1,
    "client.linkDeadlineMs": 45_000,
  },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 30_000, knobs: { "ble.advertLossPct": 0 } },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    link: [{ kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 2 }, ADVERT_SEEN],
    page: [
      { kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 },
      RESOLVED,
    ],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: "hybrid.link",
    mechanisms: ["phone-not-heard", "error-not-corrected"],
  },
});

const noDeadline: Scenario = {
  id: "link-hang-no-deadline",
  group: "proximity",
  title: "A client without a deadline for the link waits for ever for a phone that is never heard",
  story:
    "Some libraries wait for the link without any limit, and start their time-out after it. Where no other " +
    "party has a limit either, nothing ends the wait: the promise stays pending.",
  sources: ["libwebauthn src/transport/cable/channel.rs (no limit until the link is there)"],
  knobs: {
    "link.road": "hybrid",
    "ble.advertLossPct": 100,
    "client.profile": "extension-shim",
    "client.timeoutMs": null,
    "client.linkDeadlineMs": null,
  },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [{ kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 1 }, NEVER_HEARD],
    page: [{ kind: "page.settled", times: 0 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["link-hang"],
  },
};

const deadline = variantOf(noDeadline, "60s", {
  title: "A client with a deadline of 60 s for the link: the page learns of the failure after a minute",
  story:
    "The client has a deadline for the link, so the wait ends with an error that the page can act on: show a " +
    "new code.",
  knobs: { "client.linkDeadlineMs": 60_000 },
  expect: {
    ...noDeadline.expect,
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [60_000, 61_000],
        times: 1,
      },
    ],
    decidedBy: "hybrid.link",
    mechanisms: ["phone-not-heard"],
  },
});

/** Adverts that arrive after the page's timer, and clients that wait for one without a deadline. */
export const ADVERTS_LATE: readonly Scenario[] = [
  advertLate,
  advertLateCorrected,
  secondCode,
  noDeadline,
  deadline,
];
