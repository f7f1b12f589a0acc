import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING, ORPHAN } from "../knob-sets.js";
import {
  KEY_MADE,
  LINK_LOST,
  NEVER_ASKED,
  NO_ANSWER,
  NO_FINISH,
  NO_KEY,
  NO_SHEET,
  PHONE_FAILED,
  PHONE_SAVED,
  SHEET,
  TUNNEL_MESSAGE,
} from "../patterns.js";

const failedBy = (actor: "desktop" | "phone", why: { readonly code: string; readonly step?: "handshake" }) =>
  ({ kind: "link.hybrid", where: { stage: "failed", ...why }, actor, times: 1 }) as const;

const garbled: Scenario = {
  id: "tunnel-garbled-frame",
  group: "tunnel",
  title: "One bit of the phone's answer changes on the way: it does not decrypt, and the key is an orphan",
  story:
    "Every message is authenticated, so a changed bit is detected. There is no retransmission: the connection " +
    "is over. The message was the answer to a registration; the phone has the passkey and says so.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (decryptFailed, handshakeFailed, postHandshakeFailed)",
  ],
  knobs: { "link.road": "hybrid", "tunnel.garble": TUNNEL_MESSAGE.answer },
  script: [{ do: "register" }],
  expect: {
    ctap: [KEY_MADE, NO_ANSWER],
    link: [failedBy("desktop", { code: "FRAME_REJECTED" })],
    page: [LINK_LOST, PHONE_SAVED],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["message-rejected"],
  },
};

/** Whatever the reason: to the page all of these are one error. */
const REJECTED = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError" },
  times: 1,
} as const;

/** Variants that garble one stage later each; the party that gets the message detects the fault. */
const garbledBefore = (
  name: string,
  { message, title, found }: { message: number; title: string; found: ReturnType<typeof failedBy> },
): Scenario =>
  variantOf(garbled, name, {
    title,
    story:
      "The bit changes before the connection is established. The phone was asked for nothing, and nothing is left behind.",
    knobs: { "tunnel.garble": message },
    expect: {
      ...garbled.expect,
      ctap: [NEVER_ASKED, NO_KEY],
      link: [found],
      page: [SHEET, REJECTED],
      ledger: NOTHING,
    },
  });

const garbledHandshake = garbledBefore("handshake", {
  message: TUNNEL_MESSAGE.handshake,
  title:
    "One bit of the computer's half of the handshake changes: the phone closes the tunnel without a message",
  found: failedBy("phone", { code: "HANDSHAKE_REJECTED" }),
});

const garbledHandshakeAnswer = garbledBefore("handshake-answer", {
  message: TUNNEL_MESSAGE.handshakeAnswer,
  title: "One bit of the phone's half of the handshake changes: the computer gives up before it asks",
  found: failedBy("desktop", { step: "handshake", code: "HANDSHAKE_REJECTED" }),
});

const garbledHello = garbledBefore("post-handshake", {
  message: TUNNEL_MESSAGE.hello,
  title: "One bit of the phone's post-handshake message changes: the computer gives up before it asks",
  found: failedBy("desktop", { step: "handshake", code: "FRAME_REJECTED" }),
});

const garbledUpdate = variantOf(garbled, "update", {
  title: "One bit of an unsolicited update changes after the request was sent: the key is an orphan",
  story:
    "The update arrives as the request leaves. The computer cannot decrypt it and closes the tunnel. The phone " +
    "has the request, its user agrees, and the site never hears of the key.",
  knobs: { "tunnel.garble": TUNNEL_MESSAGE.update },
});

const garbledRequest = variantOf(garbled, "request", {
  title: "One bit of the request changes: the phone cannot decrypt it and closes the tunnel",
  story: "The phone never learns what was asked. There is no key, and the page learns of a lost link.",
  knobs: { "tunnel.garble": TUNNEL_MESSAGE.request },
  expect: {
    ...garbled.expect,
    ctap: [NO_KEY, NO_ANSWER],
    link: [failedBy("phone", { code: "FRAME_REJECTED" })],
    page: [LINK_LOST, NO_SHEET, PHONE_FAILED],
    ledger: NOTHING,
  },
});

/** Messages that arrive with a changed bit. */
export const GARBLED: readonly Scenario[] = [
  garbled,
  garbledHandshake,
  garbledHandshakeAnswer,
  garbledHello,
  garbledUpdate,
  garbledRequest,
];
