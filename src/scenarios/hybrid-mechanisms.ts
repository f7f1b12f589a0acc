import { evidenceOf, nameTimer, seconds, type Mechanism } from "./mechanism.js";
import { phoneScreenLines } from "./phone-screen.js";
import { firedTimer, type Ceremony } from "./trace-facts.js";

const stageOf = ({ linkStages }: Ceremony, wanted: string) =>
  linkStages.find(({ stage }) => stage === wanted);

/** The code stood there, or the phone was called, until a timer ended it: nobody was near enough to be asked. */
const phoneNotHeard: Mechanism = {
  id: "phone-not-heard",
  account(ceremony, facts) {
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
        ...phoneScreenLines(ceremony, facts),
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

/** Tried after the mechanisms of the ceremony's own kind. */
export const HYBRID_MECHANISMS: readonly Mechanism[] = [phoneNotHeard];
