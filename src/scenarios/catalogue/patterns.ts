import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import type { Action } from "../scenario.js";

/** Sets up a phone across radio and tunnel; the tunnel lives as long as a user may take. */
export const PATIENT_LINK: KnobOverrides = {
  "link.road": "hybrid",
  "phone.platformTimeoutMs": 300_000,
  "tunnel.ttlMs": 600_000,
};

export const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;

export const NEVER_ASKED = {
  kind: "ctap.request",
  where: { command: "makeCredential" },
  times: 0,
} as const;

export const KEY_MADE = { kind: "ctap.credential", where: { change: "created" }, times: 1 } as const;
export const NO_KEY = { kind: "ctap.credential", where: { change: "created" }, times: 0 } as const;
export const NO_ANSWER = {
  kind: "ctap.response",
  where: { command: "makeCredential" },
  times: 0,
} as const;

export const RESOLVED = { kind: "page.settled", where: { outcome: "resolved" }, times: 1 } as const;

/** Sums 150 ms for the options, 180 s of the browser's timer, and 5 s until the user closes the browser's sheet. */
export const TIMED_OUT = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
  atMs: [185_000, 186_000],
  times: 1,
} as const;

/** The phone had been ready: the page hears of the loss without a sheet in between. */
export const LINK_LOST = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
  times: 1,
} as const;

/** The phone had not been ready: a sheet of the browser's stands in front of the page for 5 s. */
export const NOT_READY = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError", reason: "link-not-ready" },
  times: 1,
} as const;

export const SHEET = { kind: "user.saw", where: { where: "browser", tone: "failure" }, times: 1 } as const;
export const NO_SHEET = { kind: "user.saw", where: { where: "browser", tone: "failure" }, times: 0 } as const;
export const PHONE_FAILED = {
  kind: "user.saw",
  where: { where: "phone", tone: "failure" },
  times: 1,
} as const;
export const PHONE_SAVED = {
  kind: "user.saw",
  where: { where: "phone", tone: "success" },
  times: 1,
} as const;

export const NEVER_HEARD = { kind: "link.hybrid", where: { stage: "advert-seen" }, times: 0 } as const;

export const ACCEPTED = {
  kind: "rp.response",
  where: { call: "registration/finish", status: 200 },
  times: 1,
} as const;

export const LOGIN_ACCEPTED = { kind: "rp.login", where: { outcome: "accepted" } } as const;

export const LOGIN_UNKNOWN = {
  kind: "rp.login",
  where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" },
} as const;

export const KEY_SIGNED = { kind: "ctap.credential", where: { change: "used" } } as const;

export const NOTHING_FOUND = {
  kind: "ctap.response",
  where: { command: "getAssertion", status: "NO_CREDENTIALS" },
} as const;

export const ADVERT_SENT = {
  kind: "link.hybrid",
  where: { stage: "advert-sent" },
  actor: "phone",
  times: 1,
} as const;

export const ADVERT_SEEN = {
  kind: "link.hybrid",
  where: { stage: "advert-seen" },
  actor: "desktop",
  times: 1,
} as const;

export const ADVERT_SEEN_ONCE = { kind: "link.hybrid", where: { stage: "advert-seen" }, times: 1 } as const;

export /** By the order of a session: two of the handshake, hello, update, request, answer. */
const TUNNEL_MESSAGE = {
  handshake: 1,
  handshakeAnswer: 2,
  hello: 3,
  update: 4,
  request: 5,
  answer: 6,
} as const;

export const NO_HELLO = {
  kind: "user.saw",
  where: { where: "browser", text: "Windows Hello is not set up on this device", tone: "failure" },
  times: 1,
} as const;

export const WITH_PIN = { "key.pinSet": true, "rp.userVerification": "required" } as const;

export const USB_KEY_REPORT =
  "Field report: Mercari user: the system's sheet asks for a USB key, and only Cancel works";

/** Sets up a phone that registers in its own browser, and has its passkeys synchronised. */
export const PHONE_AT_HAND: KnobOverrides = { "link.road": "loopback", "key.profile": "android-chrome" };

/** Goes on at a computer, to which the phone is another device. */
export const THEN_AT_THE_COMPUTER: readonly Action[] = [
  { do: "set", atMs: 59_000, knobs: { "key.elsewhere": true } },
  { do: "login", atMs: 60_000 },
];

export const QR_SHOWN = { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 1 } as const;
