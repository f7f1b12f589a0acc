import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { KEY_MADE, NEVER_ASKED, NOT_READY, NO_FINISH, NO_SHEET, RESOLVED, SHEET } from "../patterns.js";

const LINK_GONE = {
  kind: "link.hybrid",
  where: { stage: "link-gone", httpStatus: 410 },
  actor: "desktop",
  times: 1,
} as const;

const linked410: Scenario = {
  id: "tunnel-linked-410",
  group: "linked-phone",
  title:
    "The linked phone was reset: the browser forgets the link and shows a code, and the user sees no failure",
  story:
    "The browser calls the phone it is linked with. The tunnel service answers 410: this phone will never be " +
    "reached that way again. The browser deletes the link and shows a code at once; at the next login it does " +
    "not even try.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (410 for a linked phone: the pairing is invalid)",
    "libwebauthn tunnel.rs (the same)",
  ],
  knobs: {
    "link.road": "hybrid",
    "phone.linked": true,
    "tunnel.refuse": "contact",
    "tunnel.httpStatus": 410,
  },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [KEY_MADE],
    link: [
      { kind: "link.hybrid", where: { stage: "contacting" }, actor: "desktop", times: 1 },
      LINK_GONE,
      { kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 2 },
    ],
    page: [{ ...RESOLVED, times: 2 }, NO_SHEET, { kind: "user.saw", where: { tone: "failure" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
};

const linked410NoCode = variantOf(linked410, "no-code", {
  title:
    "The linked phone was reset, and the browser shows no code in its place: a failure, and a code at the " +
    "second try",
  story:
    "This browser shows its error sheet instead of a code. The link is deleted all the same, so a second try " +
    "shows a code and registers.",
  knobs: { "phone.codeWhenGone": false },
  script: [{ do: "register" }, { do: "register", atMs: 60_000 }],
  expect: {
    ctap: [KEY_MADE],
    link: [
      LINK_GONE,
      { kind: "link.hybrid", where: { stage: "contacting" }, actor: "desktop", times: 1 },
      {
        kind: "link.hybrid",
        where: { stage: "qr-shown" },
        actor: "desktop",
        atMs: [60_000, 61_000],
        times: 1,
      },
    ],
    page: [SHEET, NOT_READY, RESOLVED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["link-gone", "success"],
  },
});

const codeWith410 = variantOf(linked410, "on-a-code", {
  title: "Status 410 for a tunnel that was opened by QR code: an error like any other, and no link to forget",
  story:
    "410 says something about a link. A QR-initiated tunnel has none, so it is refused and nothing else " +
    "happens.",
  knobs: { "phone.linked": false, "tunnel.refuse": "desktop" },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "link-gone" }, times: 0 },
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused", httpStatus: 410 },
        actor: "desktop",
        times: 1,
      },
    ],
    page: [SHEET, NOT_READY],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["tunnel-refused"],
  },
});

/** A linked phone whose link is no longer valid. */
export const LINK_GONE_SCENARIOS: readonly Scenario[] = [linked410, linked410NoCode, codeWith410];
