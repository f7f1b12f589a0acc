import type { Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING, ORPHAN } from "../knob-sets.js";
import { KEY_MADE, NO_ANSWER, NO_FINISH, NO_KEY, PHONE_SAVED } from "../patterns.js";

const ASKED_FIRST = "the phone has to be asked before the page aborts, and the gesture to come after it";

const ABORT_DRAWS: Sampling = {
  knobs: { "page.guardMs": [33_000, 40_000], "key.touchDelayMs": [41_000, 60_000] },
  why: ASKED_FIRST,
};

const abruptClose: Scenario = {
  id: "tunnel-rev0-abrupt-close",
  group: "tunnel",
  title:
    "Revision 0 of the tunnel protocol: to cancel is to close the tunnel, and the user confirms all the same",
  story:
    "Revision 0 has no shutdown message. The page aborts after 20 s, and the browser closes the tunnel without " +
    "a message. The phone says that the other device disconnected; its prompt stays, the user agrees, and the " +
    "key is an orphan.",
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
  draws: ABORT_DRAWS,
  expect: {
    ctap: [
      { ...KEY_MADE, atMs: [34_000, 36_000] },
      NO_ANSWER,
      // No client listens any more, not even to discard the answer.
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
  title: "Revision 0 of the tunnel protocol: the page cancels and the user does not confirm: no key",
  story: "The prompt on the phone stays until its own time-out. Nothing is left behind.",
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
  title: "Revision 0 of the tunnel protocol: the phone removes its prompt when the tunnel closes: no key",
  story: "A phone that removes its prompt with the tunnel leaves nothing to confirm.",
  sources: ["Prevention: a prompt that ends with the connection"],
  knobs: { "phone.ignoresShutdown": false },
  draws: ABORT_DRAWS,
  expect: { ...abruptNobody.expect },
});

const withShutdown = variantOf(abruptClose, "revision-1", {
  title: "Control: a phone with revision 1 receives the shutdown, and the user confirms all the same",
  story:
    "The browser sends a shutdown and listens on for three minutes. The answer that still comes is discarded: " +
    "the shutdown changes the messages, not the prompt on the phone.",
  knobs: { "phone.protocolRev": "1" },
  draws: ABORT_DRAWS,
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

/** Cancelling with and without a shutdown message. */
export const ABRUPT_CLOSE: readonly Scenario[] = [abruptClose, abruptNobody, abruptPolite, withShutdown];
