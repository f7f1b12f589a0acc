import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_FINISH, WITH_PIN } from "../patterns.js";

const uvFallsBack: Scenario = {
  id: "uv-blocked-no-pin-fallback",
  group: "pin",
  title: "The fingerprint is never recognised and the key has no PIN: the request ends",
  story: "The sensor is blocked after too many failed reads. Without a PIN to fall back to the request ends.",
  sources: [
    "public issue: Yubico/python-fido2 268",
    "public issue: Yubico/libfido2 333",
    "public issue: gravitational/teleport 15949",
  ],
  knobs: { "key.profile": "fingerprint", "rp.userVerification": "required", "uv.bad": 9 },
  script: [{ do: "register" }, { do: "register", atMs: 60_000 }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { status: "UV_BLOCKED" } },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", reason: "uv-failed" }, times: 2 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["uv-blocked", "uv-blocked"],
  },
};

const uvWithPin: Scenario = {
  id: "uv-blocked-no-pin-fallback/with-pin",
  group: "pin",
  title: "The fingerprint is not recognised three times; the PIN takes over and it works",
  story: "The client switches to the PIN when the sensor is blocked, and its timer runs on.",
  sources: uvFallsBack.sources,
  knobs: { ...WITH_PIN, "key.profile": "fingerprint", "uv.bad": 5 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const noScreenLock: Scenario = {
  id: "uv-required-no-screen-lock",
  group: "pin",
  title:
    "A phone without a screen lock scans the code and goes no further; the browser waits for three minutes",
  story:
    "User verification needs a screen lock. The phone asks the user to set one up and never broadcasts. The " +
    "computer waits for that broadcast and cannot know.",
  sources: ["Chromium CableAuthenticatorUI.java (error 110, before anything is sent)"],
  knobs: { "link.road": "hybrid", "phone.screenLock": false, "rp.userVerification": "required" },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 },
    ],
    page: [
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, times: 1 },
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [180_000, 190_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-ready"],
  },
};

/** User verification without a PIN. */
export const USER_VERIFICATION: readonly Scenario[] = [uvFallsBack, uvWithPin, noScreenLock];
