import { firedTimer, mainExchange, type CeremonyTrace, type LinkStage } from "./ceremony.js";

/** What only the computer's side says of itself. */
const CLIENT_STAGES: readonly string[] = ["qr-shown", "contacting", "advert-seen"];
/** What a phone says of itself, and a tunnel service never. */
const PHONE_STAGES: readonly string[] = ["qr-scanned", "advert-sent", "tunnel-opening", "handshake", "ready"];

/** Name of the computer's side in this ceremony, whatever the recording calls it. */
function clientOf({ linkStages }: CeremonyTrace): string | undefined {
  return linkStages.find(({ stage }) => CLIENT_STAGES.includes(stage))?.actor;
}

/** A stage as the computer tells of it. */
export function clientStage(ceremony: CeremonyTrace, wanted: string): LinkStage | undefined {
  const client = clientOf(ceremony);
  return ceremony.linkStages.find(({ stage, actor }) => stage === wanted && actor === client);
}

/** Names of the phones. */
function phonesOf(ceremony: CeremonyTrace): ReadonlySet<string> {
  const client = clientOf(ceremony);
  const told = ceremony.linkStages.filter(
    ({ stage, actor }) => PHONE_STAGES.includes(stage) && actor !== client,
  );
  return new Set(told.map(({ actor }) => actor));
}

/** A stage as a phone tells of it. */
export function phoneStage(ceremony: CeremonyTrace, wanted: string): LinkStage | undefined {
  const phones = phonesOf(ceremony);
  return ceremony.linkStages.find(({ stage, actor }) => stage === wanted && phones.has(actor));
}

/** The end of a tunnel as the service tells of it. */
export function serviceEnd(ceremony: CeremonyTrace): LinkStage | undefined {
  const others = new Set([clientOf(ceremony), ...phonesOf(ceremony)]);
  return ceremony.linkStages.find(({ stage, actor }) => stage === "tunnel-closed" && !others.has(actor));
}

/** Whether it came before anybody at the computer had ended the ceremony themselves. */
export function precedesTheEnd(ceremony: CeremonyTrace, { atMs }: LinkStage): boolean {
  const { settled, gaveUp } = ceremony;
  if (settled?.resolved !== false || settled.atMs < atMs) return false;
  const over = firedTimer(ceremony, "client.ceremony")?.endedAtMs ?? Infinity;
  const aborted = gaveUp?.aborted ? gaveUp.atMs : Infinity;
  return atMs < over && atMs < aborted;
}

/** How the computer's tunnel ended, where that is what ended the ceremony. */
export function tunnelEnd(ceremony: CeremonyTrace): LinkStage | undefined {
  const client = clientOf(ceremony);
  const end = ceremony.linkStages.find(({ stage, actor }) => stage === "tunnel-closed" && actor === client);
  return end && precedesTheEnd(ceremony, end) && !wasAnswered(ceremony) ? end : undefined;
}

/** An answer reached whoever had asked. */
export function wasAnswered(ceremony: CeremonyTrace): boolean {
  const exchange = mainExchange(ceremony);
  return exchange?.status !== undefined && exchange.discarded !== true;
}
