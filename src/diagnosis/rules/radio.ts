import { causeText } from "../../core/events/hybrid.js";
import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { DENIED, defineRule, PASSKEY, UMBRELLAS } from "../rule.js";
import { phoneScreenLines } from "../facts/phone-screen.js";
import {
  beganLine,
  broadcastText,
  lastStageIn,
  passedOverLine,
  phoneLines,
  searchOf,
  stageIn,
  timerLine,
  failedScanOf,
  type FailedScan,
} from "../facts/radio-facts.js";
import { acceptedFinish, finishLine } from "../facts/site-facts.js";
import { firedTimer } from "../facts/ceremony.js";

/** Service data without anything behind it. @see CTAP 2.2 §11.5 (advert) */
const ADVERT_BYTES = 20;

/** Detects mechanism I: the page reported a failure before the computer had heard the phone; then the phone was heard. */
export const bleLateAdvert = defineRule({
  id: "ble-late-advert",
  kinds: PASSKEY,
  text: "The page reported a failure before the computer had heard the phone, which then succeeded.",
  results: DENIED,
  over: ["late-delivery"],
  match(ceremony) {
    const { gaveUp } = ceremony;
    const search = searchOf(ceremony);
    const accepted = acceptedFinish(ceremony);
    const seen = search?.seen;
    if (search === undefined || seen === undefined || gaveUp === undefined || accepted === undefined)
      return undefined;
    const scanned = stageIn(search.others, "qr-scanned");
    const sent = stageIn(search.others, "advert-sent");
    // Called by push, or read late by the user: then the phone was late and not its advert.
    const off = stageIn(search.own, "radio-off");
    const wasLate = scanned !== undefined && scanned.atMs >= gaveUp.atMs;
    const wasQuick = sent !== undefined && seen.atMs - sent.atMs < sent.atMs - gaveUp.atMs;
    if (seen.atMs < gaveUp.atMs || stageIn(search.own, "contacting")) return undefined;
    if ((wasLate || wasQuick) && off === undefined) return undefined;
    const guard = firedTimer(ceremony, "page.guard");
    return {
      decidedBy: guard,
      marginMs: gaveUp.atMs - seen.atMs,
      verdict:
        `${guard ? firedText(ceremony, guard) : "The page gave up first"}: the page reported a failure at ${seconds(gaveUp.atMs)}, while the computer still ` +
        `listened for the phone. It heard its advert at ${seconds(seen.atMs)}` +
        `${sent ? `, ${seconds(seen.atMs - sent.atMs)} after the phone had begun to broadcast` : ""}; the site ` +
        `accepted the answer at ${seconds(accepted.answeredAtMs)}: the error was wrong.`,
      evidence: evidenceOf(
        off && `${seconds(off.atMs)}: Bluetooth is off at the computer`,
        beganLine(search),
        scanned && `${seconds(scanned.atMs)}: ${scanned.actor} read the code`,
        sent && `${seconds(sent.atMs)}: ${sent.actor} broadcast ${broadcastText(sent)}`,
        !scanned && !sent && "the trace has no phone's side: it may have read the code late as well",
        guard && `${seconds(gaveUp.atMs)}: ${nameTimer(guard)} fired`,
        `${seconds(seen.atMs)}: the computer heard the advert, after the error`,
        finishLine(accepted),
        !ceremony.successSeen && "the page never took its error back",
      ),
      prevention: [
        "Do not show a failure while the promise is pending; replace the error text when it resolves.",
        "Say beside the code that both devices need Bluetooth, and hold them close.",
      ],
    };
  },
});

/** Bluetooth was off at the computer for longer than what was left of the ceremony afterwards. */
export const bluetoothOff = defineRule({
  id: "bluetooth-off",
  kinds: PASSKEY,
  text: "Bluetooth was off at the computer for too long.",
  over: ["phone-not-heard", "tunnel-expired"],
  match(ceremony) {
    const search = failedScanOf(ceremony);
    const off = search && stageIn(search.own, "radio-off");
    if (search === undefined || off === undefined) return undefined;
    const on = search.own.find(({ stage, atMs }) => stage === "radio-on" && atMs >= off.atMs);
    const onAtMs = Math.min(on?.atMs ?? Infinity, search.endedAtMs);
    // A phone that was broadcasting while there was time had another reason not to be heard.
    const sent = stageIn(search.others, "advert-sent");
    const tooLate = onAtMs - off.atMs > search.endedAtMs - onAtMs;
    if (!tooLate || (sent && on && sent.atMs < search.endedAtMs)) return undefined;
    return {
      decidedBy: search.timer,
      verdict:
        `${firedText(ceremony, search.timer)}: the computer's Bluetooth was off from ${seconds(off.atMs)} ` +
        `${on ? `to ${seconds(on.atMs)}, which left ${seconds(search.endedAtMs - on.atMs)} for all the rest` : "on"}.`,
      evidence: evidenceOf(
        `${seconds(off.atMs)}: Bluetooth is off at the computer`,
        on ? `${seconds(on.atMs)}: it is on` : "it was not switched on",
        ...phoneLines(search),
        timerLine(search),
      ),
      prevention: [
        "Explain Bluetooth before the request is made: its timer runs while the user looks for the switch.",
        "Ask for a timeout of 300 s or more, and offer a way that needs no Bluetooth.",
      ],
    };
  },
});

/** Detects that Bluetooth was on, the browser's scan did not start, and the browser did not try again. */
export const scanNotStarted = defineRule({
  id: "scan-not-started",
  kinds: PASSKEY,
  text: "The computer's Bluetooth scan failed to start.",
  over: ["phone-not-heard", "tunnel-expired"],
  match(ceremony) {
    const search = failedScanOf(ceremony);
    const failed = search && lastStageIn(search.own, "scan-failed");
    if (search === undefined || failed === undefined) return undefined;
    // A later one that started would have heard the phone.
    if (search.own.some(({ stage, atMs }) => stage === "scan-started" && atMs >= failed.atMs))
      return undefined;
    const on = lastStageIn(search.own, "radio-on");
    const tries = search.own.filter(({ stage }) => stage === "scan-failed").length;
    return {
      decidedBy: search.timer,
      verdict:
        `${firedText(ceremony, search.timer)}: the computer's scan failed to start at ${seconds(failed.atMs)}` +
        `${on && on.atMs <= failed.atMs ? `, ${seconds(failed.atMs - on.atMs)} after Bluetooth was switched on` : ""}, ` +
        `and was not tried again. No scan ran while the code was shown.`,
      evidence: evidenceOf(
        on && `${seconds(on.atMs)}: Bluetooth was switched on`,
        `${seconds(failed.atMs)}: the scan did not start (${causeText(failed) ?? "no reason given"}), try ${tries}`,
        "no scan started after that",
        ...phoneLines(search),
        timerLine(search),
      ),
      prevention: [
        "Start the scan again when it fails: after 250 ms, 500 ms and 1 s.",
        "Wait for half a second after Bluetooth was switched on.",
      ],
    };
  },
});

/** The phone read the code of another request, so that its advert opens under no key of this one. */
export const otherCodeScanned = defineRule({
  id: "other-code-scanned",
  kinds: PASSKEY,
  text: "The phone read the QR code of another request.",
  over: ["phone-not-heard", "tunnel-expired"],
  match(ceremony) {
    const search = failedScanOf(ceremony);
    if (search === undefined) return undefined;
    const shown = search.own.flatMap(({ stage, qr }) => (stage === "qr-shown" && qr ? [qr] : []));
    const scans = search.others.filter(({ stage, qr }) => stage === "qr-scanned" && qr !== undefined);
    const [other] = scans;
    // A phone read this code, too: then the other scan is not what kept the phone away.
    if (shown.length === 0 || other === undefined || scans.some(({ qr = "" }) => shown.includes(qr)))
      return undefined;
    return {
      decidedBy: search.timer,
      verdict:
        `${firedText(ceremony, search.timer)}: the code on the screen was ${shown.join(", ")}, and ${other.actor} read ` +
        `${other.qr ?? "another"} at ${seconds(other.atMs)}: one of another request. What it broadcast was not for ` +
        "this computer.",
      evidence: evidenceOf(
        `${seconds(search.began.atMs)}: code ${shown.join(", ")} shown`,
        `${seconds(other.atMs)}: ${other.actor} read code ${other.qr ?? ""}`,
        passedOverLine(search) ?? "no advert was heard",
        timerLine(search),
      ),
      prevention: [
        "When adverts come that open under no key, say: scan the code of this window.",
        "Take the old code off the screen before a new request is made, and close other tabs' sheets.",
      ],
    };
  },
});

/** The phone's advert came, and was longer than this browser takes. */
export const advertTooLong = defineRule({
  id: "advert-too-long",
  kinds: PASSKEY,
  text: "The phone's advert is longer than this browser takes.",
  over: ["phone-not-heard", "tunnel-expired"],
  match(ceremony) {
    const search = failedScanOf(ceremony);
    const skipped = search && stageIn(search.own, "advert-too-long");
    if (search === undefined || skipped === undefined) return undefined;
    const sent = search.others.filter(({ stage }) => stage === "advert-sent");
    const hasPhone = search.others.some(({ stage }) => stage === "qr-scanned" || stage === "advert-sent");
    const wasLong = sent.some(({ bytes = 0 }) => bytes > ADVERT_BYTES);
    // By its own records the phone broadcast nothing, or nothing of that length: then the advert was another device's.
    if (hasPhone && !wasLong) return undefined;
    return {
      decidedBy: search.timer,
      verdict:
        `${firedText(ceremony, search.timer)}: an advert of ${skipped.bytes ?? "more than 20"} bytes was heard at ` +
        `${seconds(skipped.atMs)} and passed over, because this browser takes ${ADVERT_BYTES} and no other length` +
        `${hasPhone ? "" : " (if that was the phone: its side is not in the trace)"}.`,
      evidence: evidenceOf(
        beganLine(search),
        ...phoneLines(search),
        `${seconds(skipped.atMs)}: an advert of ${skipped.bytes === undefined ? "another length" : `${skipped.bytes} bytes`} was passed over`,
        timerLine(search),
      ),
      prevention: [
        "Read the first 20 bytes and leave what follows to who understands it.",
        "As a phone: send the suffix only to clients that said in their code that they can use it.",
      ],
    };
  },
});

/** Timers that could end a wait for a phone. */
const LINK_DEADLINES: readonly string[] = ["client.ceremony", "hybrid.link", "hybrid.scan"];

/** Detects a wait without an end: no party had set a limit. */
export const linkHang = defineRule({
  id: "link-hang",
  kinds: PASSKEY,
  text: "No timer was armed for the link: the request waits for ever.",
  over: ["still-waiting"],
  match(ceremony, facts) {
    const search = searchOf(ceremony);
    const { called, settled, gaveUp } = ceremony;
    if (search === undefined || called === undefined || settled || gaveUp) return undefined;
    // That there was no limit can only be said of a trace that would have shown one.
    if (!facts.layers.has("timer") || stageIn(search.own, "ready")) return undefined;
    if (ceremony.timers.some(({ timer }) => LINK_DEADLINES.includes(timer))) return undefined;
    const waitsFor = search.seen === undefined ? "the phone's advert" : "the phone behind its advert";
    return {
      waitsUntilMs: facts.endsAtMs,
      verdict:
        `Nothing fired, because nothing was armed: the client has waited for ${waitsFor} since ` +
        `${seconds(search.began.atMs)} and would wait for ever.`,
      evidence: evidenceOf(
        beganLine(search),
        search.seen && `${seconds(search.seen.atMs)}: advert-seen`,
        `no timer of ${LINK_DEADLINES.join(", ")} was armed`,
        `${seconds(facts.endsAtMs)}: the trace ends, the promise never settled`,
      ),
      prevention: [
        "Give the link a deadline of its own, and the whole ceremony another one.",
        "Show a new code, and another way, when the deadline is over.",
      ],
    };
  },
});

/** Detects that a timer ended the wait for a phone: no phone was near enough to be asked. */
export const phoneNotHeard = defineRule({
  id: "phone-not-heard",
  kinds: PASSKEY,
  text: "No advert came that was meant for this computer.",
  over: ["link-flake-per-attempt", "link-lost", "tunnel-limit", ...UMBRELLAS],
  // Whether the phone's own trouble came before the end shows in the promise.
  requiredProbes: () => ["page"],
  match(ceremony) {
    const search = failedScanOf(ceremony);
    if (search === undefined) return undefined;
    return {
      decidedBy: search.timer,
      verdict:
        `${firedText(ceremony, search.timer)}: until ${seconds(search.endedAtMs)} no advert came that was meant for this ` +
        `computer. ${whatThePhoneDid(search)}`,
      evidence: evidenceOf(
        beganLine(search),
        ...phoneLines(search),
        ...phoneScreenLines(ceremony),
        passedOverLine(search),
        timerLine(search),
      ),
      prevention: [
        "Say beside the code that both devices need Bluetooth, and the phone a screen lock and a connection of its own.",
        "Offer another way beside the code, and a new code after a while.",
      ],
    };
  },
});

function whatThePhoneDid({ began, others }: FailedScan): string {
  const phone = stageIn(others, "qr-scanned") ? "A phone had read the code and" : "The phone that was called";
  if (stageIn(others, "advert-sent")) return `${phone} was broadcasting.`;
  const failed = stageIn(others, "failed");
  if (failed) return `${phone} gave up before it broadcast (${causeText(failed) ?? "no reason given"}).`;
  if (stageIn(others, "qr-scanned")) return "A phone had read the code and never broadcast.";
  return began.stage === "contacting"
    ? "The phone that was called had not broadcast by then."
    : "No phone had read the code.";
}
