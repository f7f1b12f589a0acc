import { firedTimer, mainExchange, type Ceremony, type LinkStage } from "./trace-facts.js";

/** What only the computer's side says of itself. */
const CLIENT_STAGES: readonly string[] = ["qr-shown", "contacting", "advert-seen"];
/** What a tunnel service says, beside the end of a tunnel, which clients tell of as well. */
const SERVICE_STAGES: readonly string[] = ["push-sent"];

/** Name of the computer's side in this ceremony, whatever the recording calls it. */
function clientOf({ linkStages }: Ceremony): string | undefined {
  return linkStages.find(({ stage }) => CLIENT_STAGES.includes(stage))?.actor;
}

/** A stage as the computer tells of it. */
export function clientStage(ceremony: Ceremony, wanted: string): LinkStage | undefined {
  const client = clientOf(ceremony);
  return ceremony.linkStages.find(({ stage, actor }) => stage === wanted && actor === client);
}

/** A stage as the phone tells of it: neither the computer nor a tunnel service. */
export function phoneStage(ceremony: Ceremony, wanted: string): LinkStage | undefined {
  const client = clientOf(ceremony);
  if (SERVICE_STAGES.includes(wanted)) return undefined;
  return ceremony.linkStages.find(({ stage, actor }) => stage === wanted && actor !== client);
}

/** `HANDSHAKE_REJECTED`, of `handshake: HANDSHAKE_REJECTED`. */
export function codeOf({ detail = "" }: LinkStage): string {
  return detail.slice(detail.lastIndexOf(" ") + 1);
}

/** Whether it came before anybody at the computer had ended the ceremony themselves. */
export function precedesTheEnd(ceremony: Ceremony, { atMs }: LinkStage): boolean {
  const { settled, gaveUp } = ceremony;
  if (settled?.resolved !== false || settled.atMs < atMs) return false;
  const over = firedTimer(ceremony, "client.ceremony")?.endedAtMs ?? Infinity;
  const aborted = gaveUp?.aborted ? gaveUp.atMs : Infinity;
  return atMs < over && atMs < aborted;
}

/** How the computer's tunnel ended, where that is what ended the ceremony. */
export function tunnelEnd(ceremony: Ceremony): LinkStage | undefined {
  const client = clientOf(ceremony);
  const end = ceremony.linkStages.find(({ stage, actor }) => stage === "tunnel-closed" && actor === client);
  return end && precedesTheEnd(ceremony, end) && !wasAnswered(ceremony) ? end : undefined;
}

/** An answer reached whoever had asked. */
export function wasAnswered(ceremony: Ceremony): boolean {
  const exchange = mainExchange(ceremony);
  return exchange?.status !== undefined && exchange.discarded !== true;
}
