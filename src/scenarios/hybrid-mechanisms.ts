import { evidenceOf, nameTimer, seconds, type Mechanism } from "./mechanism.js";
import { firedTimer, mainExchange, type Ceremony } from "./trace-facts.js";

const stageOf = ({ linkStages }: Ceremony, wanted: string) =>
  linkStages.find(({ stage }) => stage === wanted);

/** The code stood there, or the phone was called, until a timer ended it: nobody was near enough to be asked. */
const phoneNotHeard: Mechanism = {
  id: "phone-not-heard",
  account(ceremony) {
    const shown = stageOf(ceremony, "qr-shown") ?? stageOf(ceremony, "contacting");
    const timer = firedTimer(ceremony, "client.ceremony") ?? firedTimer(ceremony, "page.guard");
    if (shown === undefined || timer?.endedAtMs === undefined) return undefined;
    if (stageOf(ceremony, "advert-seen") || ceremony.exchanges.length > 0) return undefined;
    const scanned = stageOf(ceremony, "qr-scanned");
    const sent = stageOf(ceremony, "advert-sent");
    const foreign = stageOf(ceremony, "advert-foreign");
    const failed = stageOf(ceremony, "failed");
    return {
      decidedBy: timer,
      verdict:
        `${timer.timer} fired first: until ${seconds(timer.endedAtMs)} no advert came that was meant for this ` +
        `computer. ${whatThePhoneDid({ scanned, sent })}`,
      evidence: evidenceOf(
        `${seconds(shown.atMs)}: ${shown.stage}`,
        scanned && `${seconds(scanned.atMs)}: a phone read the code`,
        sent && `${seconds(sent.atMs)}: it broadcast ${sent.detail ?? "its advert"}`,
        !sent && failed && `${seconds(failed.atMs)}: it gave up (${failed.detail ?? "no reason given"})`,
        foreign && `${seconds(foreign.atMs)}: an advert was passed over (${foreign.detail ?? "not ours"})`,
        `${seconds(timer.endedAtMs)}: ${nameTimer(timer)} fired`,
      ),
      prevention: [
        "Say beside the code that both devices need Bluetooth, and the phone a connection of its own.",
        "Offer another way beside the code, and a new code after a while.",
      ],
    };
  },
};

function whatThePhoneDid({ scanned, sent }: { readonly scanned: unknown; readonly sent: unknown }): string {
  if (sent !== undefined) return "A phone had read the code and was broadcasting.";
  return scanned === undefined
    ? "No phone had read the code."
    : "A phone had read the code and never broadcast.";
}

/** The relay's time was over while the person was still busy. */
const tunnelExpired: Mechanism = {
  id: "tunnel-expired",
  account(ceremony) {
    const ttl = firedTimer(ceremony, "tunnel.ttl");
    const { settled } = ceremony;
    const ready = stageOf(ceremony, "ready");
    if (ttl?.endedAtMs === undefined || ready === undefined || settled?.resolved !== false) return undefined;
    const answer = mainExchange(ceremony);
    if (answer === undefined || (answer.status !== undefined && !answer.discarded)) return undefined;
    // What had ended before was not ended by this.
    if (settled.atMs < ttl.endedAtMs) return undefined;
    const key = ceremony.keysCreated.find(({ atMs }) => atMs >= answer.askedAtMs);
    return {
      decidedBy: ttl,
      marginMs: key && ttl.endedAtMs - key.atMs,
      verdict:
        `tunnel.ttl fired first: the tunnel service ended the tunnel at ${seconds(ttl.endedAtMs)}, with the request ` +
        "on the phone and no answer yet." +
        (key
          ? ` The phone created its key at ${seconds(key.atMs)} all the same; the way back was gone. It is an orphan.`
          : ""),
      evidence: evidenceOf(
        `${seconds(answer.askedAtMs)}: ${answer.command} went to the phone`,
        `${seconds(ttl.endedAtMs)}: ${nameTimer(ttl)} fired`,
        `${seconds(settled.atMs)}: the promise was rejected with ${settled.name ?? "an error"}`,
        key && `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
      ),
      prevention: [
        "Keep what the person has to read on the phone short: the tunnel lives about two minutes.",
        "Keep the user handle stable: a second attempt then overwrites the orphan.",
        "After a lost link ask the site for the ceremony's state, and say that the phone may still have a passkey.",
      ],
    };
  },
};

/** Tried after the mechanisms of the ceremony's own kind. */
export const HYBRID_MECHANISMS: readonly Mechanism[] = [tunnelExpired, phoneNotHeard];
