import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import { KEY_MADE, LINK_LOST, NO_ANSWER, NO_FINISH, NO_KEY, PHONE_SAVED, RESOLVED } from "../patterns.js";

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
  title:
    "The phone sends more messages than the tunnel service carries, and the tunnel is closed before the request",
  story:
    "The service lets each side send 16 messages. This phone sends 20 updates after its post-handshake message; " +
    "the seventeenth message closes the tunnel, and the browser's request is lost with it.",
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
    "The answer has 20 000 bytes, as with an attestation and all its certificates. The service takes 16 384 and " +
    "closes the tunnel. The phone created the passkey and says that it is saved.",
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
  title: "Sixteen messages from the phone, its answer the last of them: the registration succeeds",
  story:
    "Two messages of handshake and post-handshake, thirteen updates, one answer: as many as the service " +
    "carries.",
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
  title:
    "An answer of 20 000 bytes through a service that carries longer messages: the registration succeeds",
  story: "Only the service's limit is different. The answer arrives, and the site accepts it.",
  knobs: { "tunnel.maxBytes": 262_144 },
  expect: withinLimits.expect,
});

/** Limits of the tunnel service for number and length of messages. */
export const LIMITS: readonly Scenario[] = [messageCap, longAnswer, withinLimits, otherService];
