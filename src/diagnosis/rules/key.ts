import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { finalAnswer, lastGesture, settledLine, takenAnswer, wasTakenOn } from "../facts/request-end.js";
import type { CtapCommandFact } from "../facts/exchanges.js";
import { defineRule, PASSKEY, UMBRELLAS, type Match, type Rule } from "../rule.js";
import { acceptedFinish } from "../facts/site-facts.js";
import { firedTimer, type CeremonyTrace } from "../facts/ceremony.js";

interface LinkTimerCause<Id extends string> {
  readonly id: Id;
  readonly text: string;
  readonly timer: string;
  readonly description: string;
  readonly prevention: readonly string[];
}

/** A timer of the link ended what the key was asked, and nothing came after it. */
function linkTimer<const Id extends string>({
  id,
  text,
  timer,
  description: told,
  prevention,
}: LinkTimerCause<Id>): Rule<Id> {
  return {
    id,
    kinds: PASSKEY,
    text,
    over: ["key-unplugged", "lost-answer", ...UMBRELLAS],
    match(ceremony): Match | undefined {
      const use = firedTimer(ceremony, timer);
      if (use?.endedAtMs === undefined || acceptedFinish(ceremony) || ceremony.settled?.resolved)
        return undefined;
      // What was answered after it was not ended by it.
      if (ceremony.exchanges.some(({ answeredAtMs = -1 }) => answeredAtMs > (use.endedAtMs ?? 0)))
        return undefined;
      const client = firedTimer(ceremony, "client.ceremony");
      return {
        decidedBy: use,
        saysWhatItWaitedFor: true,
        verdict: `${firedText(ceremony, use)}, at ${seconds(use.endedAtMs)}: ${told}`,
        evidence: evidenceOf(
          `${seconds(use.endedAtMs)}: ${nameTimer(use)} fired`,
          client?.endedAtMs !== undefined && `${seconds(client.endedAtMs)}: ${nameTimer(client)} fired`,
          settledLine(ceremony),
        ),
        prevention,
      };
    },
  };
}

interface StatusCause<Id extends string> {
  readonly id: Id;
  readonly text: string;
  readonly statuses: readonly string[];
  readonly commands: readonly string[];
  readonly description: string;
  readonly timer?: string;
  readonly prevention: readonly string[];
}

/** The key's own word ended it. */
function statusOf<const Id extends string>({
  id,
  text,
  statuses,
  commands,
  description: told,
  timer,
  prevention,
}: StatusCause<Id>): Rule<Id> {
  return {
    id,
    kinds: PASSKEY,
    text,
    over: UMBRELLAS,
    match(ceremony): Match | undefined {
      if (ceremony.settled?.resolved !== false) return undefined;
      // An answer that another command followed was not the end of it.
      const answer = finalCommand(ceremony);
      if (
        answer === undefined ||
        !commands.includes(answer.command) ||
        !statuses.includes(answer.status ?? "")
      )
        return undefined;
      if (answer.answeredAtMs === undefined) return undefined;
      const use = timer === undefined ? undefined : firedTimer(ceremony, timer);
      return {
        decidedBy: use,
        verdict: `${told} The key answered ${answer.status ?? ""} at ${seconds(answer.answeredAtMs)}.`,
        evidence: evidenceOf(
          use && `${seconds(use.endedAtMs ?? 0)}: ${nameTimer(use)} fired`,
          ...ceremony.exchanges
            .filter(
              ({ command, status }) => commands.includes(command) && status !== "OK" && status !== undefined,
            )
            .map(
              ({ command, status, answeredAtMs }) =>
                `${seconds(answeredAtMs ?? 0)}: ${command} answered ${status ?? ""}`,
            ),
          settledLine(ceremony),
        ),
        prevention,
      };
    },
  };
}

/** The last command that was answered, where the client took the answer and asked for nothing more. */
function finalCommand({ exchanges, kind }: CeremonyTrace): CtapCommandFact | undefined {
  const last = exchanges.at(-1);
  // Some clients have a key without the passkey touched, by a registration for nobody: that is not the login's answer.
  const isDummy = kind === "login" && last?.command === "makeCredential";
  return last?.status === undefined || last.discarded || isDummy ? undefined : last;
}

/** A host notices at once that a device is gone; this is more than the polls of any. */
const LOSS_NOTICED_MS = 2_000;

/** The key was pulled out between two commands: the first sign of it is the command that did not get through. */
function goneUnnoticed(ceremony: CeremonyTrace): Match | undefined {
  const { records, exchanges, linkStages } = ceremony;
  const last = exchanges.at(-1);
  if (last === undefined || last.status !== undefined || linkStages.length > 0) return undefined;
  const links = records.filter(({ kind }) => kind === "link.closed" || kind === "link.opened");
  const closed = links.findLast(({ atMs }) => atMs <= last.askedAtMs);
  if (closed?.kind === "link.closed") return goneBefore(ceremony, closed.atMs, last);
  const settled = records.findLast(({ kind }) => kind === "page.settled");
  if (settled?.kind !== "page.settled" || settled.reason !== "link-lost") return undefined;
  return {
    verdict: `The key was gone at ${seconds(last.askedAtMs)}, when ${last.command} was to be sent to it.`,
    evidence: evidenceOf(
      `${seconds(last.askedAtMs)}: ${last.command} was sent, and the link was lost`,
      settledLine(ceremony),
    ),
    prevention: NEXT_KEY,
  };
}

/** The link was closed under a client that went on to send: it may wait for an answer until its own timer fires. */
function goneBefore(ceremony: CeremonyTrace, goneAtMs: number, last: CtapCommandFact): Match {
  const client = firedTimer(ceremony, "client.ceremony");
  return {
    decidedBy: client,
    saysWhatItWaitedFor: true,
    verdict:
      `The key was gone at ${seconds(goneAtMs)}, between two commands; the browser sent ${last.command} at ` +
      `${seconds(last.askedAtMs)} to a link that was closed` +
      (client?.endedAtMs === undefined
        ? "."
        : `, and waited until its own timer fired at ${seconds(client.endedAtMs)}.`),
    evidence: evidenceOf(
      `${seconds(goneAtMs)}: the link was closed`,
      `${seconds(last.askedAtMs)}: ${last.command} was sent, and never answered`,
      client?.endedAtMs !== undefined && `${seconds(client.endedAtMs)}: ${nameTimer(client)} fired`,
      settledLine(ceremony),
    ),
    prevention: NEXT_KEY,
  };
}

const NEXT_KEY = [
  "Keep looking for keys while time remains; never reuse a channel or a PIN token after a loss.",
];

export const keyUnplugged = defineRule({
  id: "key-unplugged",
  kinds: PASSKEY,
  text: "The key was gone before it answered.",
  // A browser that ends lets go of the key as well, a phone's link fails in other ways, and so does a timer of the link.
  requiredProbes: ({ linkStages }) =>
    linkStages.some(({ stage }) => stage === "lost") ? ["page"] : ["page", "link", "timer"],
  over: ["no-authenticator", "link-flake-per-attempt", ...UMBRELLAS],
  match(ceremony) {
    const { settled, linkStages } = ceremony;
    if (settled?.resolved === true || takenAnswer(ceremony) !== undefined) return undefined;
    const lost = linkStages.findLast(({ stage }) => stage === "lost");
    if (lost === undefined) return goneUnnoticed(ceremony);
    // Whatever was asked and went on waiting was not ended by it.
    const outlived = ceremony.exchanges.some(
      ({ askedAtMs, spanEndedAtMs }) =>
        askedAtMs <= lost.atMs && (spanEndedAtMs ?? 0) > lost.atMs + LOSS_NOTICED_MS,
    );
    if (outlived || wasTakenOn(ceremony, lost.atMs)) return undefined;
    return {
      verdict: `The key was gone at ${seconds(lost.atMs)}, before it answered.`,
      evidence: evidenceOf(`${seconds(lost.atMs)}: the link was lost`, settledLine(ceremony)),
      prevention: NEXT_KEY,
    };
  },
});

export const messageGap = linkTimer({
  id: "message-gap",
  text: "The host paused too long between two packets and the authenticator gave the message up.",
  timer: "hid.reassembly",
  description: "the host paused too long between two packets and the key gave the message up.",
  prevention: [
    "Write all packets of a message without yielding in between.",
    "On error 0x05 send the message once more, after an INIT.",
  ],
});

export const linkSilent = linkTimer({
  id: "link-silent",
  text: "The authenticator stopped sending keepalives and the host took it for broken.",
  timer: "hid.silence",
  description: "the key had stopped saying that it waits, and the host took it for broken.",
  prevention: [
    "Judge a key by several missed keepalives and a floor of seconds, not by the ideal of 100 ms.",
    "After such a loss open a new channel and send CANCEL first.",
  ],
});

export const channelBusy = linkTimer({
  id: "channel-busy",
  text: "Another program's request kept the authenticator busy.",
  timer: "hid.busy",
  description: "another program's request kept the key busy all the time.",
  prevention: [
    "Show the user that another program uses the key.",
    "End every request one gives up with a CANCEL.",
  ],
});

export const storeFull = statusOf({
  id: "store-full",
  text: "The authenticator has no room for another passkey.",
  statuses: ["KEY_STORE_FULL"],
  commands: ["makeCredential"],
  description: "The key has no room for another passkey.",
  prevention: ["Say that old passkeys have to be removed, or offer a phone.", "List the orphans on the key."],
});

export const pinBlocked = statusOf({
  id: "pin-blocked",
  text: "The PIN is blocked after too many wrong ones.",
  statuses: ["PIN_BLOCKED", "PIN_AUTH_BLOCKED"],
  commands: ["clientPin"],
  description: "Too many wrong PINs.",
  prevention: [
    "After three wrong ones ask to unplug the key and plug it in again; another attempt is refused anyway.",
    "Trust the key's status, not a counter of one's own.",
    "Warn that a reset deletes every passkey, and offer other authenticators.",
  ],
});

const uvBlockedStatus = statusOf({
  id: "uv-blocked",
  text: "The sensor did not recognise the user too often, and there was no PIN.",
  statuses: ["UV_BLOCKED", "UV_INVALID"],
  commands: ["clientPin", "makeCredential", "getAssertion"],
  description: "The sensor failed to recognise the user too often, and there was no PIN to fall back to.",
  prevention: ["On UV_BLOCKED ask for the PIN; let the ceremony's timer run on."],
});

/** A request whose own verification has no attempt left, from an earlier ceremony on perhaps. @see CTAP 2.3 §6.1.2, §6.2.2 */
const noAttemptLeft = statusOf({
  id: "uv-blocked",
  text: uvBlockedStatus.text,
  statuses: ["PIN_BLOCKED", "PIN_AUTH_BLOCKED"],
  commands: ["makeCredential", "getAssertion"],
  description: "The sensor had failed to recognise the user too often, and no attempt was left.",
  prevention: [
    "Let the user unlock the device with its PIN or pattern, which gives the sensor its attempts back.",
  ],
});

/** Phones say of a finger that they do not know what they say of a refusal: only the prompt's own record tells them apart. */
export const uvBlocked: Rule<"uv-blocked"> = {
  ...uvBlockedStatus,
  match(ceremony, facts) {
    const answer = finalAnswer(ceremony);
    if (
      answer?.answeredAtMs === undefined ||
      answer.status === "OK" ||
      lastGesture(ceremony, answer) !== "wrong-finger"
    )
      return uvBlockedStatus.match(ceremony, facts) ?? noAttemptLeft.match(ceremony, facts);
    const wrong = ceremony.gestures.filter((gesture) => gesture.answer === "wrong-finger");
    return {
      verdict:
        `The sensor did not recognise the user, ${wrong.length} times; the authenticator answered ${answer.status ?? ""} ` +
        `at ${seconds(answer.answeredAtMs)}.`,
      evidence: evidenceOf(
        ...wrong.map(({ atMs }) => `${seconds(atMs)}: the finger was not recognised`),
        `${seconds(answer.answeredAtMs)}: ${answer.command} answered ${answer.status ?? ""}`,
        settledLine(ceremony),
      ),
      prevention: [
        "Let the user fall back to the screen lock's PIN or pattern, and ask again while time remains.",
      ],
    };
  },
};

const tokenRefused = statusOf({
  id: "token-expired",
  text: "The PIN token had expired before the command that carried it.",
  statuses: ["PIN_AUTH_INVALID", "PIN_TOKEN_EXPIRED"],
  commands: ["makeCredential", "getAssertion"],
  description: "The PIN token had expired before the command that carried it came.",
  prevention: ["Fetch the token as late as possible.", "Ask once more when 0x33 comes after a pause."],
});

/** Timers that end the life of a token; a key says the same of a token that it never gave, as after a reset. */
const TOKEN_TIMERS: readonly string[] = ["key.tokenFirstUse", "key.tokenLife"];

export const tokenExpired: Rule<"token-expired"> = {
  ...tokenRefused,
  // The other status stands for a token of another key, or from before a reset, as well: the key's own timers tell.
  requiredProbes: (ceremony) =>
    finalCommand(ceremony)?.status === "PIN_TOKEN_EXPIRED" ? [] : ["timer", "ctap.key"],
  match(ceremony, facts) {
    const lives = ceremony.timers.filter(({ timer }) => TOKEN_TIMERS.includes(timer));
    if (lives.length > 0 && lives.every(({ end }) => end !== "fired")) return undefined;
    const match = tokenRefused.match(ceremony, facts);
    return match && { ...match, decidedBy: lives.find(({ end }) => end === "fired") };
  },
};

export const assertionWindowMissed = statusOf({
  id: "assertion-window-missed",
  text: "The next assertion was asked for too late.",
  statuses: ["NOT_ALLOWED"],
  commands: ["getNextAssertion"],
  timer: "key.nextAssertion",
  description: "The next assertion was asked for too late.",
  prevention: ["Collect all assertions first, then show the account list."],
});
