import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "./knob-sets.js";
import {
  KEY_MADE,
  LINK_LOST,
  NO_ANSWER,
  NO_FINISH,
  NO_KEY,
  PHONE_SAVED,
  RESOLVED,
} from "./tunnel-patterns.js";

const closedWith = (closeCode: number) =>
  ({
    kind: "link.hybrid",
    where: { stage: "tunnel-closed", closeCode },
    actor: "desktop",
    times: 1,
  }) as const;

const messageCap: Scenario = {
  id: "tunnel-message-cap",
  group: "tunnel",
  title: "The phone says more than the tunnel service carries, and the tunnel is closed before the request",
  story:
    "A service lets each side send 16 messages. This phone sends 20 updates behind its hello; the seventeenth message ends " +
    "the tunnel, and the browser's request is lost with it.",
  sources: [
    "webauthn-rs cable-tunnel-server (16 messages of 16 384 bytes for each side; close 1008 and 1009)",
  ],
  knobs: { "link.road": "hybrid", "tunnel.maxMessages": 16, "phone.updateFrames": 20 },
  script: [{ do: "register" }],
  expect: {
    ctap: [NO_KEY, NO_ANSWER],
    link: [closedWith(1008)],
    page: [LINK_LOST],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["tunnel-limit"],
  },
};

const longAnswer = variantOf(messageCap, "long-answer", {
  title: "The phone's answer is longer than the tunnel service carries: the passkey is an orphan",
  story:
    "The answer has 20 000 bytes, as with an attestation and all its certificates. The service takes 16 384 and closes " +
    "the tunnel. The phone made the passkey and says that it is saved.",
  knobs: { "phone.updateFrames": 1, "phone.responseBytes": 20_000 },
  expect: {
    ...messageCap.expect,
    ctap: [KEY_MADE, NO_ANSWER],
    link: [closedWith(1009)],
    page: [LINK_LOST, PHONE_SAVED],
    ledger: ORPHAN,
  },
});

const withinLimits = variantOf(messageCap, "just-within", {
  title: "Sixteen messages from the phone, its answer the last of them: all is well",
  story:
    "Two messages of the handshake and the hello, thirteen updates, one answer: as many as the service carries.",
  knobs: { "phone.updateFrames": 13 },
  expect: {
    ctap: [KEY_MADE],
    link: [closedWith(1008), closedWith(1009)].map((pattern) => ({ ...pattern, times: 0 })),
    page: [RESOLVED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const otherService = variantOf(longAnswer, "other-service", {
  title: "The same long answer through a service that takes longer ones",
  story: "Nothing but the service is different. The answer arrives, and the site takes it.",
  knobs: { "tunnel.maxBytes": 262_144 },
  expect: withinLimits.expect,
});

const ASKED_FIRST = "the phone has to be asked before the page aborts, and the gesture to come after it";

const abruptClose: Scenario = {
  id: "tunnel-rev0-abrupt-close",
  group: "tunnel",
  title: "A phone that speaks the draft: to cancel is to hang up, and the person confirms all the same",
  story:
    "Revision 0 has no shutdown message. The page aborts after 20 s, the browser closes the tunnel without a word. The " +
    "phone says that the other device disconnected; its prompt stays, the person agrees, and the key is made for nobody.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (peers of revision 0 are closed without a shutdown)",
    "Chromium device/fido/cable/v2_authenticator.cc (EOF_WHILE_PROCESSING)",
  ],
  knobs: {
    "link.road": "hybrid",
    "phone.protocolRev": "0",
    "phone.platformTimeoutMs": 300_000,
    "page.guardMs": 20_000,
    "page.aborts": true,
    "key.touchDelayMs": 25_000,
  },
  script: [{ do: "register" }],
  draws: {
    knobs: { "page.guardMs": [33_000, 40_000], "key.touchDelayMs": [41_000, 60_000] },
    why: ASKED_FIRST,
  },
  expect: {
    ctap: [
      { ...KEY_MADE, atMs: [34_000, 36_000] },
      NO_ANSWER,
      // Nobody listens any more, not even to throw it away.
      { kind: "ctap.discarded", times: 0 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "shutdown-sent" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "shutdown-received" }, times: 0 },
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-closed", closeCode: 1000 },
        actor: "desktop",
        atMs: [20_000, 20_500],
        times: 1,
      },
    ],
    page: [
      { kind: "page.settled", where: { outcome: "rejected", name: "AbortError" }, atMs: [20_000, 20_000] },
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, atMs: [20_000, 20_500], times: 1 },
      { ...PHONE_SAVED, atMs: [34_000, 36_000] },
    ],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: "page.guard",
    mechanisms: ["page-gave-up"],
  },
};

const abruptNobody = variantOf(abruptClose, "nobody-confirms", {
  title: "The same, and nobody confirms: no key",
  story: "The prompt on the phone stands there until its own time is over. Nothing is left behind.",
  knobs: { "key.touchDelayMs": null },
  draws: { knobs: { "page.guardMs": [33_000, 40_000], "key.touchDelayMs": null }, why: ASKED_FIRST },
  expect: {
    ...abruptClose.expect,
    ctap: [NO_KEY],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "AbortError" }, times: 1 }],
    ledger: NOTHING,
  },
});

const abruptPolite = variantOf(abruptClose, "prompt-goes-too", {
  title: "The same, and the phone takes its prompt back when the tunnel ends: no key",
  story: "A phone that lets go of its prompt with the tunnel leaves nothing to confirm.",
  sources: ["what keeps it from happening: a prompt that ends with the connection"],
  knobs: { "phone.ignoresShutdown": false },
  expect: { ...abruptNobody.expect },
});

const withShutdown = variantOf(abruptClose, "revision-1", {
  title: "The control: a phone of today hears of the shutdown, and the person confirms all the same",
  story:
    "The browser says that it is done and listens on for three minutes. The answer that still comes is thrown away: " +
    "the shutdown changed what is on the wire, not what is on the phone.",
  knobs: { "phone.protocolRev": "1" },
  expect: {
    ...abruptClose.expect,
    ctap: [
      KEY_MADE,
      { kind: "ctap.discarded", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "shutdown-sent" }, atMs: [20_000, 20_500], times: 1 },
      { kind: "link.hybrid", where: { stage: "shutdown-received" }, actor: "phone", times: 1 },
    ],
  },
});

/** Rules of the tunnel service, and a phone that has fewer of them. */
export const TUNNEL_LIMITS: readonly Scenario[] = [
  messageCap,
  longAnswer,
  withinLimits,
  otherService,
  abruptClose,
  abruptNobody,
  abruptPolite,
  withShutdown,
];
