import type { Scenario } from "../../scenario.js";
import { LOGIN_ACCEPTED } from "../patterns.js";

const virtualAnswers: Scenario = {
  id: "client-virtual-authenticator-answers",
  group: "client",
  title: "A test tool's virtual authenticator answers by itself: the passkey is gone when the tool is closed",
  story:
    "The developer tools' WebAuthn environment is on. create() and get() resolve at once, without a prompt, and the real " +
    "key is never asked. With the tool closed the site names a passkey that no authenticator has.",
  sources: [
    "WebAuthn Level 3 section 11 (user agent automation)",
    "public issues: antibrow/dsh-antibrow 63 and 108 (who answers the prompt)",
  ],
  knobs: { "client.virtualAuthenticator": true, "client.virtualAnswers": true },
  script: [
    { do: "register" },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "client.virtualAuthenticator": false } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, actor: "virtual", times: 1 }],
    page: [
      {
        kind: "page.intercepted",
        where: { by: "virtual-authenticator", decision: "answers" },
        actor: "browser",
        times: 2,
      },
    ],
    rp: [{ ...LOGIN_ACCEPTED, times: 1 }],
    ledger: { keys: 0, rows: 1, orphans: 0, ghosts: 1, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "success", "no-credential"],
  },
};

/** A test tool's authenticator in the browser. */
export const VIRTUAL_AUTHENTICATOR: readonly Scenario[] = [virtualAnswers];
