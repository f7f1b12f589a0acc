import { firedTimer, mainExchange, type CeremonyTrace, type LinkStage } from "./ceremony.js";

/** What only the computer's side says of itself. */
const CLIENT_STAGES: readonly string[] = ["qr-shown", "contacting", "advert-seen"];
/** What a phone says of itself, and a tunnel service never. */
const PHONE_STAGES: readonly string[] = ["qr-scanned", "advert-sent", "tunnel-opening", "handshake", "ready"];

/** A side that is done closes with these; none of them says that something broke. @see RFC 6455 §7.4.1 */
const GOOD_CLOSES: readonly number[] = [1000, 1001, 1005];

/** Says whether a WebSocket close code is one of a side that is done. */
export const isGoodClose = (code: number | undefined): boolean =>
  code !== undefined && GOOD_CLOSES.includes(code);

/** HTTP status of a tunnel service that does not know the tunnel, or not any more. */
const NO_SUCH_TUNNEL = 404;

/** Names the actor that is the computer in this ceremony; recordings differ in the actor's name. */
function clientOf({ linkStages }: CeremonyTrace): string | undefined {
  return linkStages.find(({ stage }) => CLIENT_STAGES.includes(stage))?.actor;
}

/** Finds a link stage that the computer reported. */
export function clientStage(ceremony: CeremonyTrace, wanted: string): LinkStage | undefined {
  const client = clientOf(ceremony);
  return ceremony.linkStages.find(({ stage, actor }) => stage === wanted && actor === client);
}

/** Names the phones that recorded a stage of their link, or what their screen showed. */
export function phonesOf(ceremony: CeremonyTrace): ReadonlySet<string> {
  const client = clientOf(ceremony);
  const told = ceremony.linkStages.filter(
    ({ stage, actor }) => PHONE_STAGES.includes(stage) && actor !== client,
  );
  const showed = ceremony.records.filter((record) => record.kind === "user.saw" && record.where === "phone");
  return new Set([...told, ...showed].map(({ actor }) => actor));
}

/** Says whether a phone that had broadcast where its tunnel is may have left it before the computer came. */
export function leftItsTunnel(ceremony: CeremonyTrace): boolean {
  const refused = clientStage(ceremony, "tunnel-refused");
  return refused?.httpStatus === NO_SUCH_TUNNEL && clientStage(ceremony, "advert-seen") !== undefined;
}

/** Says whether a phone was reached and must have recorded something of it. */
export function phoneWasReached(ceremony: CeremonyTrace): boolean {
  return (
    clientStage(ceremony, "handshake") !== undefined ||
    clientStage(ceremony, "phone-joined") !== undefined ||
    // It broadcast, and the computer came to where it waited.
    (clientStage(ceremony, "advert-seen") && clientStage(ceremony, "tunnel-open")) !== undefined ||
    leftItsTunnel(ceremony) ||
    ceremony.linkStages.some(({ stage }) => stage === "push-sent")
  );
}

/** Finds a link stage that a phone reported. */
export function phoneStage(ceremony: CeremonyTrace, wanted: string): LinkStage | undefined {
  const phones = phonesOf(ceremony);
  return ceremony.linkStages.find(({ stage, actor }) => stage === wanted && phones.has(actor));
}

/** Finds the end of a tunnel that the tunnel service reported. */
export function serviceEnd(ceremony: CeremonyTrace): LinkStage | undefined {
  const others = new Set([clientOf(ceremony), ...phonesOf(ceremony)]);
  return ceremony.linkStages.find(({ stage, actor }) => stage === "tunnel-closed" && !others.has(actor));
}

/** Says whether a link stage came before the client's timer or an abort of the page ended the ceremony. */
export function precedesTheEnd(ceremony: CeremonyTrace, { atMs }: LinkStage): boolean {
  const { settled, gaveUp } = ceremony;
  if (settled?.resolved !== false || settled.atMs < atMs) return false;
  const over = firedTimer(ceremony, "client.ceremony")?.endedAtMs ?? Infinity;
  const aborted = gaveUp?.aborted ? gaveUp.atMs : Infinity;
  return atMs < over && atMs < aborted;
}

/** Finds the end of the computer's tunnel, where the end of the tunnel ended the ceremony. */
export function tunnelEnd(ceremony: CeremonyTrace): LinkStage | undefined {
  const client = clientOf(ceremony);
  const end = ceremony.linkStages.find(({ stage, actor }) => stage === "tunnel-closed" && actor === client);
  return end && precedesTheEnd(ceremony, end) && !wasAnswered(ceremony) ? end : undefined;
}

/** Says whether an answer reached the party that had asked. */
export function wasAnswered(ceremony: CeremonyTrace): boolean {
  const exchange = mainExchange(ceremony);
  return exchange?.status !== undefined && exchange.discarded !== true;
}
