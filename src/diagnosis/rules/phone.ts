import { evidenceOf, nameTimer, seconds } from "../evidence.js";
import { defineRule, PASSKEY, UMBRELLAS } from "../rule.js";
import { phoneScreenLines } from "../facts/phone-screen.js";
import { firedTimer, mainExchange, type CeremonyTrace } from "../facts/ceremony.js";
import { settledLine } from "../facts/request-end.js";
import { clientStage, isGoodClose, phoneStage, tunnelEnd } from "../facts/tunnel-facts.js";

/** The request came through and the phone ended the session without a word. */
export const phoneHungUp = defineRule({
  id: "phone-hung-up",
  kinds: PASSKEY,
  text: "The phone closed the tunnel in good order without an answer.",
  over: ["link-lost", ...UMBRELLAS],
  // It may have found a message that it could not read, or its owner may have closed the sheet.
  requiredProbes: () => ["link.phone"],
  match(ceremony) {
    const end = tunnelEnd(ceremony);
    const asked = mainExchange(ceremony);
    if (end?.closeCode === undefined || asked === undefined) return undefined;
    if (!isGoodClose(end.closeCode)) return undefined;
    if (ceremony.keysCreated.length > 0 || ceremony.keysUsed.length > 0) return undefined;
    // A phone that failed over a message closes in good order as well.
    if (phoneStage(ceremony, "failed")) return undefined;
    const isLogin = ceremony.kind === "login";
    const unnamed = ceremony.options?.offered?.length === 0;
    return {
      verdict:
        `The phone closed the tunnel in good order at ${seconds(end.atMs)}, ${seconds(end.atMs - asked.askedAtMs)} after the ` +
        `request and without an answer: it has no word for why. ` +
        (isLogin
          ? `Phones do so when they find no passkey${unnamed ? " and the site named none" : ""}.`
          : "Phones do so when they cannot make what the site asks for, a discoverable passkey perhaps. No key was made."),
      evidence: evidenceOf(
        `${seconds(asked.askedAtMs)}: ${asked.command} was sent`,
        ...phoneScreenLines(ceremony),
        clientStage(ceremony, "ready") && `${seconds(end.atMs)}: the tunnel was closed (${end.closeCode})`,
        settledLine(ceremony),
      ),
      prevention: [
        'Distinguish "closed after the request, without an answer" from a link that broke: another try with this phone will not help.',
        isLogin
          ? "Name the account's passkeys in the options: the phone can then say that it has none of them."
          : "Ask for a discoverable passkey only where it is needed, or offer another device.",
      ],
    };
  },
});

/** What a phone's session records of itself when its owner closed the sheet, or the app with it. */
const CLOSED_BY_OWNER = "closed-by-owner";

const closedByOwner = ({ linkStages }: CeremonyTrace) =>
  linkStages.find(({ stage, ending }) => stage === "failed" && ending === CLOSED_BY_OWNER);

/** The codes that a computer showed, and those that phones read. */
function codesOf({ linkStages, lateStages }: CeremonyTrace) {
  const stages = [...linkStages, ...lateStages];
  const of = (wanted: string) =>
    stages.flatMap(({ stage, qr }) => (stage === wanted && qr !== undefined ? [qr] : []));
  return { own: of("qr-shown"), scanned: of("qr-scanned") };
}

/** Detects that the phone's owner closed the sheet on the phone before the phone had answered. */
export const phonePutAway = defineRule({
  id: "phone-closed-by-owner",
  kinds: PASSKEY,
  text: "The phone's owner closed the sheet on the phone before it had answered.",
  over: [
    "tunnel-refused",
    "phone-hung-up",
    "phone-not-heard",
    "lost-answer",
    "link-lost",
    "link-flake-per-attempt",
    ...UMBRELLAS,
  ],
  // Whose code it was that the phone read, the computer alone knows.
  requiredProbes: (ceremony) => (codesOf(ceremony).scanned.length > 0 ? ["page"] : []),
  match(ceremony) {
    const closed = closedByOwner(ceremony);
    if (closed === undefined || ceremony.settled?.resolved === true) return undefined;
    // A phone that read the code of another request could not reach this computer.
    const { own, scanned } = codesOf(ceremony);
    if (own.length > 0 && scanned.length > 0 && !scanned.some((qr) => own.includes(qr))) return undefined;
    const end = tunnelEnd(ceremony) ?? clientStage(ceremony, "tunnel-refused");
    const key = ceremony.keysCreated[0];
    return {
      verdict:
        `The user closed the sheet on ${closed.actor} at ${seconds(closed.atMs)}, before the phone had answered.` +
        (key ? ` Key ${key.credential} had been made at ${seconds(key.atMs)} all the same.` : ""),
      evidence: evidenceOf(
        `${seconds(closed.atMs)}: ${closed.actor} ended the session (${CLOSED_BY_OWNER})`,
        end && `${seconds(end.atMs)}: the computer: ${end.stage}`,
        key && `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
        settledLine(ceremony),
      ),
      prevention: [
        "Say beside the code that the phone has to stay open until the computer is done.",
        "Show a new code at once when the phone has left.",
      ],
    };
  },
});

/** What a phone lacks that ends its session before it broadcasts, in words. */
const LACKS: Readonly<Record<string, string>> = {
  "no-screen-lock": "it has no screen lock, without which it uses no passkeys",
  "bluetooth-refused": "its app may not use Bluetooth",
  "advert-failed": "its radio would not send",
};

/** Detects that the phone refused by itself because it lacks something, before the computer could hear it. */
export const phoneNotReady = defineRule({
  id: "phone-not-ready",
  kinds: PASSKEY,
  text: "The phone lacked a screen lock or the permission to use Bluetooth, and ended its session.",
  over: [
    "link-hang",
    "tunnel-expired",
    "phone-not-heard",
    "link-flake-per-attempt",
    "tunnel-refused",
    ...UMBRELLAS,
  ],
  match(ceremony) {
    const { linkStages } = ceremony;
    const failed = linkStages.findLast(
      ({ stage, ending = "" }) => stage === "failed" && Object.hasOwn(LACKS, ending),
    );
    if (failed === undefined || mainExchange(ceremony) !== undefined || ceremony.settled?.resolved)
      return undefined;
    // A phone that was put right, or another one, came after it.
    if (linkStages.some(({ stage, atMs }) => stage === "advert-sent" && atMs >= failed.atMs))
      return undefined;
    const timer =
      firedTimer(ceremony, "tunnel.ttl") ??
      firedTimer(ceremony, "hybrid.link") ??
      firedTimer(ceremony, "client.ceremony");
    return {
      decidedBy: timer,
      saysWhatItWaitedFor: true,
      verdict:
        `${failed.actor} ended its session at ${seconds(failed.atMs)}: ${LACKS[failed.ending ?? ""] ?? ""}. The computer was not told` +
        (timer?.endedAtMs === undefined
          ? "."
          : ` and waited until ${timer.timer} fired at ${seconds(timer.endedAtMs)}.`),
      evidence: evidenceOf(
        `${seconds(failed.atMs)}: ${failed.actor} failed (${failed.ending ?? ""})`,
        ...phoneScreenLines(ceremony),
        timer && `${seconds(timer.endedAtMs ?? 0)}: ${nameTimer(timer)} fired`,
        settledLine(ceremony),
      ),
      prevention: [
        "Say beside the code that the phone needs a screen lock, and Bluetooth for its camera or browser app.",
        "Offer another way beside the code after 20 s without an advert.",
      ],
    };
  },
});
