import type { Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import { KEY_MADE, LINK_LOST, NO_ANSWER, NO_FINISH, NO_KEY, NO_SHEET, PHONE_SAVED } from "../patterns.js";

const TTL_FIRST = "the tunnel has to end before the gesture, and the gesture to come before the next attempt";

const TTL_DRAWS: Sampling = {
  knobs: { "tunnel.ttlMs": [96_000, 126_000], "key.touchDelayMs": [130_000, 165_000] },
  why: TTL_FIRST,
};

const ttl: Scenario = {
  id: "tunnel-ttl-120s",
  group: "tunnel",
  title: "The tunnel expires after two minutes while the user is still busy with the phone",
  story:
    "A tunnel lives 120 s from the phone's arrival, whatever goes through it. The page learns of a lost link at " +
    "once, although the browser's timer had a minute left. The prompt on the phone stays, the user agrees after " +
    "125 s, and the key is an orphan.",
  sources: ["webauthn-rs cable-tunnel-server (TTL 120 s from the phone's connection; close 1008)"],
  knobs: {
    "link.road": "hybrid",
    "tunnel.ttlMs": 120_000,
    "phone.platformTimeoutMs": 300_000,
    "key.touchDelayMs": 125_000,
  },
  script: [{ do: "register" }],
  draws: TTL_DRAWS,
  expect: {
    ctap: [{ ...KEY_MADE, atMs: [134_000, 136_000] }, NO_ANSWER],
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-closed", closeCode: 1008 },
        actor: "desktop",
        atMs: [128_000, 130_000],
        times: 1,
      },
    ],
    page: [{ ...LINK_LOST, atMs: [128_000, 130_000] }, NO_SHEET, PHONE_SAVED],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: "tunnel.ttl",
    mechanisms: ["tunnel-expired"],
  },
};

const ttlNobody = variantOf(ttl, "nobody-confirms", {
  title:
    "The tunnel expires after two minutes and the user never agrees: no key, and the page sees the same error",
  story: "The page cannot distinguish this from an orphan. Only the phone knows that no key was created.",
  knobs: { "key.touchDelayMs": null },
  draws: { knobs: { "key.touchDelayMs": null }, why: "no touch comes" },
  expect: { ...ttl.expect, ctap: [NO_KEY, NO_ANSWER], page: [LINK_LOST], ledger: NOTHING },
});

const ttlHeals = variantOf(ttl, "tried-again", {
  title: "The tunnel expires after two minutes; a second try with the same user handle replaces the orphan",
  story:
    "The user tries again and is quicker. The phone keeps one passkey for each account: the new one overwrites " +
    "the orphan.",
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "register", atMs: 200_000 },
  ],
  draws: TTL_DRAWS,
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "tunnel.ttl",
    mechanisms: ["tunnel-expired", "success"],
  },
});

const ttlLogin = variantOf(ttl, "login", {
  title: "The tunnel expires during a login: it fails and leaves nothing behind",
  story:
    "The user takes more than two minutes to log in. The signature is discarded; another try is all it takes.",
  knobs: { "key.touchDelayMs": 4_000 },
  draws: {
    knobs: { "tunnel.ttlMs": [96_000, 120_000] },
    turns: { "key.touchDelayMs": null },
    why: TTL_FIRST,
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 125_000 } },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 260_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    page: [{ ...LINK_LOST, atMs: [180_000, 192_000] }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "tunnel.ttl",
    mechanisms: ["success", "tunnel-expired", "success"],
  },
});

/** A tunnel whose lifetime ends before the user confirms. */
export const EXPIRED: readonly Scenario[] = [ttl, ttlNobody, ttlHeals, ttlLogin];
