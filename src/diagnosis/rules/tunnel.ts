import { causeText } from "../../core/events/hybrid.js";
import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { defineRule, PASSKEY, UMBRELLAS } from "../rule.js";
import { firedTimer, mainExchange, type CeremonyTrace, type LinkStage } from "../facts/ceremony.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { settledLine } from "../facts/request-end.js";
import {
  clientStage,
  isGoodClose,
  leftItsTunnel,
  phoneStage,
  precedesTheEnd,
  serviceEnd,
  tunnelEnd,
  wasAnswered,
} from "../facts/tunnel-facts.js";

const STABLE_HANDLE = "Keep the user handle stable: a second attempt then overwrites the orphan.";

/** `9.650 s: tunnel-refused (403)` */
function stageLine(stage: LinkStage | undefined, by: string): string | undefined {
  if (stage === undefined) return undefined;
  const known = stage.host ?? causeText(stage);
  return `${seconds(stage.atMs)}: ${by} ${stage.stage}${known === undefined ? "" : ` (${known})`}`;
}

/** The first key made for a request that was out. */
const keyOf = (ceremony: CeremonyTrace) => {
  const asked = mainExchange(ceremony);
  return asked && ceremony.keysCreated.find(({ atMs }) => atMs >= asked.askedAtMs);
};

/**
 * Whether a recording shows what these mechanisms speak of: what was asked, and, where a key was made, that the site
 * never heard of it.
 */
function hasFullDetail(ceremony: CeremonyTrace, { layers }: TraceFacts): boolean {
  // A phone that was not ready got no request, from any client.
  const knowsRequests = layers.has("ctap") || clientStage(ceremony, "ready") === undefined;
  return knowsRequests && (keyOf(ceremony) === undefined || layers.has("rp"));
}

/** What is known of the phone once the way back from it is gone. */
function phoneState(ceremony: CeremonyTrace): string {
  const asked = mainExchange(ceremony);
  if (asked === undefined) return " Nothing had been asked of the phone.";
  const key = keyOf(ceremony);
  if (key) {
    return ` The phone created its key at ${seconds(key.atMs)} all the same; the way back was gone. It is an orphan.`;
  }
  if (ceremony.kind === "login") return "";
  return phoneStage(ceremony, "ready")
    ? " The phone made no key."
    : " Whether the phone made a key this trace cannot say.";
}

function requestLines(ceremony: CeremonyTrace): readonly string[] {
  const asked = mainExchange(ceremony);
  const key = keyOf(ceremony);
  return evidenceOf(
    asked ? `${seconds(asked.askedAtMs)}: ${asked.command} was sent` : "no request was sent",
    key && `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
    settledLine(ceremony),
  );
}

/** Detects that the relay's timer fired while the user was still busy, or before the phone connected. */
export const tunnelExpired = defineRule({
  id: "tunnel-expired",
  kinds: PASSKEY,
  text: "The tunnel's time was over before an answer came.",
  over: [
    "phone-not-heard",
    "tunnel-limit",
    "tunnel-refused",
    "phone-hung-up",
    "lost-answer",
    "link-lost",
    "link-flake-per-attempt",
    ...UMBRELLAS,
  ],
  // A linked phone that was called and found no way to the tunnel says so itself.
  requiredProbes: (ceremony) =>
    clientStage(ceremony, "contacting") && mainExchange(ceremony) === undefined ? ["link.phone"] : [],
  match(ceremony, facts) {
    const ttl = firedTimer(ceremony, "tunnel.ttl");
    const end = tunnelEnd(ceremony);
    // What had ended before was not ended by this.
    if (ttl?.endedAtMs === undefined || end === undefined || end.atMs < ttl.endedAtMs) return undefined;
    if (!hasFullDetail(ceremony, facts)) return undefined;
    const key = keyOf(ceremony);
    const asked = mainExchange(ceremony);
    // A phone that broadcast at once and was not heard would not have been heard later.
    const sent = phoneStage(ceremony, "advert-sent");
    if (clientStage(ceremony, "contacting") && sent && !clientStage(ceremony, "advert-seen"))
      return undefined;
    return {
      decidedBy: ttl,
      marginMs: key && ttl.endedAtMs - key.atMs,
      verdict:
        `${firedText(ceremony, ttl)}: the tunnel service ended the tunnel at ${seconds(ttl.endedAtMs)}, ` +
        (asked
          ? "with the request on the phone and no answer yet."
          : "before the phone was ready to be asked.") +
        (key ? phoneState(ceremony) : ""),
      evidence: evidenceOf(
        `${seconds(ttl.endedAtMs)}: ${nameTimer(ttl)} fired`,
        stageLine(end, "the computer:"),
        ...requestLines(ceremony),
      ),
      prevention: [
        "Keep what the user has to read on the phone short: the tunnel lives about two minutes.",
        STABLE_HANDLE,
        "After a lost link ask the site for the ceremony's state, and say that the phone may still have a passkey.",
      ],
    };
  },
});

/** @see RFC 6455 §7.4.1 */
const TOO_BIG = 1009;

/** What a tunnel service closes with when its own rules are broken. @see RFC 6455 §7.4.1 */
const LIMITS: Readonly<Partial<Record<number, string>>> = {
  1008: "a rule of its own: too many messages, or the tunnel's time",
  [TOO_BIG]: "a message longer than it takes",
};

/** Detects that the tunnel service closed the tunnel over one of its limits. */
export const tunnelLimit = defineRule({
  id: "tunnel-limit",
  kinds: PASSKEY,
  text: "The tunnel service closed the tunnel over one of its limits.",
  over: ["lost-answer", "link-lost", "link-flake-per-attempt"],
  // Services close with 1008 when their time is over as well.
  requiredProbes: (ceremony) =>
    tunnelEnd(ceremony)?.closeCode === TOO_BIG ? ["timer"] : ["timer", "link.service"],
  match(ceremony, facts) {
    const end = tunnelEnd(ceremony);
    const limit = end?.closeCode === undefined ? undefined : LIMITS[end.closeCode];
    const ttl = firedTimer(ceremony, "tunnel.ttl");
    // The tunnel's time is a limit with a timer of its own, and with causes of its own for what it waited for.
    if (ttl?.endedAtMs !== undefined && end !== undefined && ttl.endedAtMs <= end.atMs) return undefined;
    if (end === undefined || limit === undefined || !hasFullDetail(ceremony, facts)) return undefined;
    const opened = clientStage(ceremony, "tunnel-open");
    const service = serviceEnd(ceremony);
    return {
      verdict:
        `The tunnel service closed the tunnel at ${seconds(service?.atMs ?? end.atMs)} with ${end.closeCode ?? ""}: ${limit}.` +
        phoneState(ceremony),
      evidence: evidenceOf(
        opened && `${seconds(opened.atMs)}: the tunnel was opened, ${seconds(end.atMs - opened.atMs)} before`,
        service && stageLine(service, "the service:"),
        stageLine(end, "the computer:"),
        ...requestLines(ceremony),
      ),
      prevention: [
        "Look at the length of a message before it is sent, and name the limit in the error.",
        ...(mainExchange(ceremony)
          ? [
              "Ask for no attestation that the site does not verify: its certificates are most of an answer.",
              STABLE_HANDLE,
            ]
          : []),
      ],
    };
  },
});

/** What either side finds when a message does not open or cannot be read. */
const UNREADABLE =
  /^(HANDSHAKE_(REJECTED|MALFORMED)|POST_HANDSHAKE_MALFORMED|FRAME_\w+|PADDING_INVALID|UPDATE_MALFORMED|LINK_(MALFORMED|SIGNATURE_WRONG))$/;

/** Detects a message that was altered in transit, or comes from a party without this session's secrets. */
export const messageRejected = defineRule({
  id: "message-rejected",
  kinds: PASSKEY,
  text: "A message of the tunnel could not be opened or read.",
  over: ["lost-answer", "link-lost", "phone-hung-up", "link-flake-per-attempt", ...UMBRELLAS],
  match(ceremony, facts) {
    if (wasAnswered(ceremony) || !hasFullDetail(ceremony, facts)) return undefined;
    const unreadable = (stage: LinkStage | undefined) =>
      stage?.code !== undefined && UNREADABLE.test(stage.code) && precedesTheEnd(ceremony, stage)
        ? stage
        : undefined;
    const atPhone = unreadable(phoneStage(ceremony, "failed"));
    const found = atPhone ?? unreadable(clientStage(ceremony, "failed"));
    if (found === undefined) return undefined;
    const finder = atPhone ? "phone" : "computer";
    return {
      verdict:
        `The ${finder} got a message at ${seconds(found.atMs)} that it could not open or read (${found.code ?? ""}): ` +
        "altered in transit, or from a party that does not hold this session's secrets. There is no asking again: " +
        `the connection was over.${phoneState(ceremony)}`,
      evidence: evidenceOf(stageLine(found, `the ${finder}:`), ...requestLines(ceremony)),
      prevention: [
        "Begin again with a new code and a new handshake; a connection cannot be taken up where it broke.",
        STABLE_HANDLE,
      ],
    };
  },
});

/** The linked phone will never come again, and nothing was offered in its place. */
export const linkGone = defineRule({
  id: "link-gone",
  kinds: PASSKEY,
  text: "The tunnel service does not know the linked phone any more.",
  over: ["tunnel-refused", "link-flake-per-attempt", ...UMBRELLAS],
  match(ceremony) {
    const gone = clientStage(ceremony, "link-gone");
    if (gone === undefined || clientStage(ceremony, "qr-shown") || !precedesTheEnd(ceremony, gone))
      return undefined;
    return {
      verdict:
        `The tunnel service said at ${seconds(gone.atMs)} that it does not know the linked phone any more ` +
        `(${causeText(gone) ?? "gone"}), and no code was shown in its place.`,
      evidence: evidenceOf(
        stageLine(clientStage(ceremony, "contacting"), "the computer:"),
        stageLine(gone, "the computer:"),
        settledLine(ceremony),
      ),
      prevention: ["Forget the link, then show a code at once: the user need not see a failure."],
    };
  },
});

/** The phone had no way to its tunnel service, so that it never broadcast; the computer cannot know. */
export const phoneNoTunnel = defineRule({
  id: "phone-no-tunnel",
  kinds: PASSKEY,
  text: "The phone could not reach its tunnel service, so it never broadcast.",
  over: ["link-hang", "tunnel-expired", "link-flake-per-attempt", "phone-not-heard", ...UMBRELLAS],
  // The computer may have heard the phone in another attempt.
  requiredProbes: () => ["page"],
  match(ceremony) {
    const refused = phoneStage(ceremony, "tunnel-refused");
    if (refused === undefined || clientStage(ceremony, "advert-seen") || mainExchange(ceremony))
      return undefined;
    if (phoneStage(ceremony, "advert-sent") || ceremony.settled?.resolved === true) return undefined;
    const called = clientStage(ceremony, "qr-shown") ? undefined : clientStage(ceremony, "contacting");
    const timer = (["client.ceremony", "page.guard", "tunnel.ttl"] as const)
      .map((name) => firedTimer(ceremony, name))
      .find((fired) => fired !== undefined);
    const first =
      timer?.endedAtMs === undefined
        ? "T"
        : `${firedText(ceremony, timer)}, at ${seconds(timer.endedAtMs)}: t`;
    return {
      decidedBy: timer,
      verdict:
        `${first}he ${called ? "linked phone was called and" : "phone"} could not open its tunnel ` +
        `(${causeText(refused) ?? "no reason given"})` +
        (called
          ? ". The computer waited at the tunnel for a phone that could not come."
          : " and so never broadcast where it is. The computer waited for an advert that could not come."),
      evidence: evidenceOf(
        called && stageLine(called, "the computer:"),
        stageLine(phoneStage(ceremony, "qr-scanned"), "the phone:"),
        stageLine(phoneStage(ceremony, "tunnel-opening"), "the phone:"),
        stageLine(refused, "the phone:"),
        !called && "no advert was heard",
        timer?.endedAtMs !== undefined && `${seconds(timer.endedAtMs)}: ${nameTimer(timer)} fired`,
        settledLine(ceremony),
      ),
      prevention: [
        "Say beside the code that the phone needs a connection of its own, not only Bluetooth.",
        "Offer another way beside the code after 20 s without an advert.",
      ],
    };
  },
});

/** The phone was near; the computer was not let in where the two were to meet. */
export const tunnelRefused = defineRule({
  id: "tunnel-refused",
  kinds: PASSKEY,
  text: "The tunnel service refused the computer.",
  // A service knows no tunnel any more that its phone has left.
  requiredProbes: (ceremony) => (leftItsTunnel(ceremony) ? ["link.phone"] : []),
  over: ["link-flake-per-attempt", ...UMBRELLAS],
  match(ceremony) {
    const refused = clientStage(ceremony, "tunnel-refused");
    const seen = clientStage(ceremony, "advert-seen") ?? clientStage(ceremony, "contacting");
    if (refused === undefined || seen === undefined || mainExchange(ceremony)) return undefined;
    if (!precedesTheEnd(ceremony, refused)) return undefined;
    const to = clientStage(ceremony, "tunnel-opening") ?? clientStage(ceremony, "contacting");
    const ttl = firedTimer(ceremony, "tunnel.ttl");
    const tooLate = ttl?.endedAtMs !== undefined && ttl.endedAtMs <= refused.atMs ? ttl : undefined;
    return {
      decidedBy: tooLate,
      verdict:
        `${seen.stage === "advert-seen" ? "The advert came and opened" : "The linked phone was to be called"}, but the tunnel ` +
        `was blocked: ${to?.host ?? "the tunnel service"} answered the computer at ${seconds(refused.atMs)} with ` +
        `${causeText(refused) ?? "nothing"}.` +
        (tooLate ? " The tunnel's time had been over before." : " Nothing was asked of the phone."),
      evidence: evidenceOf(
        stageLine(seen, "the computer:"),
        tooLate?.endedAtMs !== undefined && `${seconds(tooLate.endedAtMs)}: ${nameTimer(tooLate)} fired`,
        stageLine(refused, "the computer:"),
        settledLine(ceremony),
      ),
      prevention: [
        "Let the tunnel services' names through the proxy, WebSockets included.",
        "Offer to go on in the phone's own browser: nothing but this network is in the way.",
      ],
    };
  },
});

/** Detects that the link ended without a reason from any party. */
export const linkLost = defineRule({
  id: "link-lost",
  kinds: PASSKEY,
  text: "The tunnel ended, and no party said more than that.",
  over: ["link-flake-per-attempt", ...UMBRELLAS],
  // Whether a key was made behind the lost answer, and whether the site accepts it, is then the cause. A phone that
  // closed in good order had a reason of its own.
  requiredProbes: (ceremony) => [
    "ctap",
    "rp",
    ...(isGoodClose(tunnelEnd(ceremony)?.closeCode) ? ["link.phone" as const] : []),
  ],
  match(ceremony, facts) {
    const end = tunnelEnd(ceremony);
    if (end === undefined || !hasFullDetail(ceremony, facts)) return undefined;
    const asked = mainExchange(ceremony);
    return {
      verdict:
        `The tunnel ended at ${seconds(end.atMs)} (${causeText(end) ?? "no code"}), ` +
        (asked
          ? `${seconds(end.atMs - asked.askedAtMs)} after the request was sent and before an answer.`
          : "before any request.") +
        phoneState(ceremony),
      evidence: evidenceOf(
        stageLine(clientStage(ceremony, "ready"), "the computer:"),
        stageLine(end, "the computer:"),
        ...requestLines(ceremony),
      ),
      prevention: [
        "Where nothing had been asked yet, show a new code at once, inside the same ceremony.",
        "After a request had left, say that the phone may have saved a passkey, and that trying again is safe.",
      ],
    };
  },
});
