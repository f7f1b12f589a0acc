import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import { KEY_SIGNED, NOTHING_FOUND, QR_SHOWN } from "../patterns.js";

const WITH_THE_KEY = { do: "set", knobs: { "link.road": "hid", "key.which": "second" } } as const;
const WITH_THE_PHONE = { do: "set", knobs: { "link.road": "hybrid", "key.which": "first" } } as const;

const phoneThenKey: Scenario = {
  id: "phone-and-security-key",
  group: "phone",
  title: "A passkey on the phone and one on a security key: each login finds its own",
  story:
    "The user registers by QR code, then a security key as well, and logs in with the one and with the other. The site " +
    "offers both passkeys each time, and each authenticator signs for its own.",
  sources: ["WebAuthn Level 3 section 1.3.2 (several authenticators for one account)"],
  knobs: { "link.road": "hybrid", "key.profile": "yubikey5" },
  script: [
    { do: "register" },
    WITH_THE_KEY,
    { do: "register", atMs: 60_000 },
    { do: "login", atMs: 120_000 },
    WITH_THE_PHONE,
    { do: "login", atMs: 180_000 },
  ],
  expect: {
    ctap: [
      { ...KEY_SIGNED, actor: "key-2", times: 1 },
      { ...KEY_SIGNED, actor: "key", times: 1 },
    ],
    link: [
      { kind: "link.opened", atMs: [60_000, 120_000], times: 1 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 2 },
    ],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: { keys: 2, rows: 2, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
};

const keyWithoutPasskey = variantOf(phoneThenKey, "key-without-passkey", {
  title: "The passkey is on the phone, and the user inserts a security key that has none",
  story:
    "The browser asks for a security key or a QR code. The user takes the key, which was never registered, and reads " +
    "that it does not look familiar.",
  sources: [
    "public issue: solokeys/solo1 319",
    "public issue: authgear/authgear-server 2320 (a key that is not registered)",
  ],
  script: [{ do: "register" }, WITH_THE_KEY, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [NOTHING_FOUND],
    link: [QR_SHOWN],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "no-credential"],
  },
});

const ownBrowserThenQr: Scenario = {
  id: "phone-own-browser-then-qr",
  group: "phone",
  title: "A passkey is created in the phone's own browser, and used at a computer by QR code",
  story:
    "The phone's browser reports `internal` and `hybrid`. The computer reads from it that the passkey may be reached by " +
    "QR code, and offers one.",
  sources: ["WebAuthn Level 3 section 5.8.4 (`hybrid` and `internal`)"],
  knobs: { "link.road": "loopback", "key.profile": "android-chrome" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "link.road": "hybrid" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ ...KEY_SIGNED, actor: "key", times: 1 }],
    link: [QR_SHOWN],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
};

/** One account, reached by several transports in one run. */
export const SEVERAL_TRANSPORTS: readonly Scenario[] = [phoneThenKey, keyWithoutPasskey, ownBrowserThenQr];
