import { event, note, NOT_SHOWN } from "./event.js";
import { count, oneOf, optional, text } from "./member.js";

/** CTAP messages between a client and an authenticator, and what the authenticator did to its store. */
export const CTAP_EVENTS = {
  "ctap.request": event(
    { command: text, bytes: count },
    { text: ({ command }) => `sends ${command} to the authenticator`, tone: "wire" },
  ),
  "ctap.keepalive": event({ status: oneOf("processing", "up-needed") }, { text: NOT_SHOWN, tone: "wire" }),
  "ctap.response": event(
    { command: text, status: text, bytes: count },
    { text: ({ command, status }) => `receives the response to ${command}: ${status}`, tone: "wire" },
  ),
  "ctap.cancel": event({ command: text }, { text: ({ command }) => `cancels ${command}`, tone: "wire" }),
  /**
   * The authenticator broke a rule of the encoding, or its answer has a `member` that is not as specified and that is
   * left out, and the run went on.
   */
  "ctap.finding": event(
    { command: text, fault: text, offset: count, member: optional(text) },
    {
      text: ({ command, fault, member }) =>
        member === undefined
          ? `the response to ${command} broke an encoding rule: ${fault}`
          : `the response to ${command} is read without what is wrong in it, ${member}: ${fault}`,
      tone: "bad",
    },
  ),
  /** An authenticator's platform had another status than the one it told the client. */
  "ctap.masked": event(
    { command: text, status: text, told: text },
    {
      text: ({ command, status, told }) =>
        `the response to ${command} was ${status}; the client is told ${told}`,
      tone: "wire",
    },
  ),
  /** A response that came when its request was no longer waited for. */
  "ctap.discarded": event(
    { command: text, status: text },
    {
      text: ({ command, status }) =>
        `discards the response to ${command} (${status}): the request was given up`,
      tone: "bad",
    },
  ),
  /** A request to a U2F authenticator; recorded again only when the status word changes. `status` names the status word. */
  "ctap.u2f": event(
    { instruction: text, status: text },
    {
      text: ({ instruction, status }) => `sends the U2F command ${instruction}, answered ${status}`,
      tone: "wire",
    },
  ),
  /**
   * `credential` is the tag of the credential id, `user` that of the user handle: the latter distinguishes two
   * accounts.
   */
  "ctap.credential": event(
    {
      change: oneOf("created", "overwritten", "deleted", "used"),
      credential: text,
      rpId: text,
      user: text,
      via: optional(oneOf("import")),
    },
    {
      text: ({ change, credential, via }) => `credential ${credential} ${change}${note(via)}`,
      tone: ({ change }) => (change === "created" || change === "used" ? "good" : "wire"),
    },
  ),
  /** An authenticator looked for passkeys and found none that the request may use. */
  "ctap.nothing-found": event(
    { rpId: text },
    { text: ({ rpId }) => `finds no passkey for ${rpId} that the request may use`, tone: "bad" },
  ),
  /** The provider of an authenticator's passkeys, where it is signed in to another account than the user's other device. */
  "ctap.provider": event(
    { account: oneOf("other"), credentials: count },
    {
      text: ({ credentials }) =>
        `its provider is signed in to another account, and has ${credentials} of the passkeys`,
      tone: "bad",
    },
  ),
} as const;
