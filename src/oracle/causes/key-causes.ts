import { GESTURE, OTHER_CEREMONY, TIME_TO_ANSWER, type CauseFactors } from "./cause-row.js";

const WRONG_PIN = ["pin.wrongFirst", "key.pinRetries", "pin.strikesPerBoot"];

/** Causes at the client, its dialogs, and security keys. */
export const KEY_CAUSES: Readonly<Record<string, CauseFactors>> = {
  "competing-authenticator-error": { names: ["ext.focusWaitMs", "page.focused", "client.profile"] },
  "focus-missing-at-call": { names: ["page.focused"] },
  "focus-lost-at-completion": { names: ["page.focused"] },
  "request-pending": {
    names: [...OTHER_CEREMONY, "page.autofillMs", ...TIME_TO_ANSWER],
    after: "an unfinished ceremony",
  },
  "request-replaced": { names: [...OTHER_CEREMONY, "page.autofillMs", ...TIME_TO_ANSWER], condition: true },
  "verification-unavailable": {
    names: [
      "rp.userVerification",
      "key.which",
      "key.second",
      "key.pinSet",
      "key.elsewhere",
      "os.setsUpPin",
      // A reset takes the PIN and the fingerprints away.
      "do:reset-key",
    ],
  },
  "own-request-aborted": { names: ["page.autofillMs", "page.abortsPending"] },
  "hello-setting-diverts": { names: ["browser.helloForPasswords", "os.helloEnabled", "os.webauthnApi"] },
  "extension-refused": { names: ["ext.*", "page.frame"] },
  "browser-unsupported": { names: ["client.webauthn", "client.javascript", "client.cookies"] },
  "client-refused": {
    names: [
      "rp.attachment",
      "rp.residentKey",
      "rp.userVerification",
      "key.which",
      // Another authenticator answers, and its error is what the verdict quotes.
      "key.elsewhere",
      "key.pinSet",
      "pin.wrongFirst",
      "page.frameAllows",
      "page.frame",
      "rp.optionsMs",
      "net.latencyMs",
    ],
  },
  "still-waiting": {
    names: ["client.timeoutMs", "client.mediation"],
    condition: true,
  },
  "offer-withdrawn": { names: ["page.autofillMs", "page.abortsPending"], condition: true },
  "dialog-refused": { names: ["os.dialogResult", "os.webauthnApi"] },
  "no-authenticator": {
    names: [
      "key.present",
      "key.elsewhere",
      "key.which",
      "os.*",
      "adapter.present",
      "rp.transports",
      "rp.attachment",
      "do:unplug",
      "user.cancelMs",
    ],
  },
  "client-timeout": { names: ["client.timeoutMs", "client.virtualAuthenticator"], condition: true },
  "client-timer-orphan": { names: ["client.timeoutMs", ...TIME_TO_ANSWER] },
  "key-timeout": {
    names: ["key.upTimeoutMs", "key.upStatus", ...GESTURE, "phone.platformTimeoutMs", "key.createMs"],
  },
  "user-refused": { names: ["key.decision"] },
  "cancel-race": { names: ["page.aborts", "page.guardMs", ...TIME_TO_ANSWER, "key.ignoresCancel"] },
  "browser-quit": { names: ["do:quit-browser"] },
  "authenticator-reset": { names: ["do:reset-key"] },
  "key-unplugged": { names: ["do:unplug", "do:replug", "link.breaks", "link.breakCount"] },
  "message-gap": { names: ["hid.gapMs", "hid.reassemblyMs"] },
  "link-silent": { names: ["hid.stallAfterMs", "hid.stallForMs", "hid.silenceMs", "hid.keepaliveMs"] },
  "channel-busy": { names: ["hid.busyMs", "hid.busyPatienceMs"] },
  "store-full": { names: ["key.slots", "key.used"] },
  "pin-blocked": { names: WRONG_PIN },
  "uv-blocked": { names: ["uv.bad", "key.pinSet"] },
  "token-expired": { names: ["host.stallAfterTokenMs", ...GESTURE] },
  "assertion-window-missed": { names: ["client.chooserMs"] },
  "already-registered": { names: [...OTHER_CEREMONY, "rp.excludeList"], condition: true },
  "page-gave-up": { names: ["page.guardMs", "page.aborts"], condition: true },
  "late-delivery": {
    names: [
      "page.guardMs",
      "page.corrects",
      ...TIME_TO_ANSWER,
      "rp.finishMs",
      "rp.optionsMs",
      "net.latencyMs",
    ],
  },
  "lost-answer": {
    names: ["link.breaks", "tunnel.*", "do:unplug", "do:replug", "do:quit-browser", "phone.leavesAfterMs"],
  },
};
