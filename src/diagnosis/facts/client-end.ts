import { mainExchange, type CeremonyTrace, type LinkStage } from "./ceremony.js";

/** What only the computer's side of a link says of itself. */
const CLIENT_STAGES: readonly string[] = ["qr-shown", "contacting", "advert-seen", "radio-off"];
/** Stages of the computer's link after which it does nothing more by itself. */
const FINAL_STAGES: readonly string[] = ["failed", "tunnel-refused", "tunnel-closed", "link-gone", "lost"];
/** What the computer records while it clears up. */
const CLEARING_UP: readonly string[] = ["shutdown-sent", "update"];

/**
 * Returns when a request was over for the client: at the first event after which it asked no authenticator and opened
 * no link any more. A browser may show the error until the user closes its dialog, and settle the promise then.
 *
 * @returns milliseconds since the trace began; `Infinity` where nothing ended the request.
 */
export function requestEndedAtMs(ceremony: CeremonyTrace, stages: readonly LinkStage[]): number {
  const settledAtMs = ceremony.settled?.atMs ?? ceremony.quit?.atMs ?? Infinity;
  const timerAtMs = clientTimerEndedAtMs(ceremony);
  const abortedAtMs = ceremony.gaveUp?.aborted === true ? ceremony.gaveUp.atMs : Infinity;
  if (ceremony.settled?.resolved === true) return settledAtMs;
  return Math.min(settledAtMs, timerAtMs, abortedAtMs, linkEndedAtMs(ceremony, stages));
}

/** When the client's own timer fired, or the client stopped it because the request was over. */
function clientTimerEndedAtMs({ timers, settled }: CeremonyTrace): number {
  const own = timers.filter(({ timer }) => timer === "client.ceremony");
  const isOver = own.length > 0 && own.every(({ end }) => end !== "pending");
  const endedAtMs = isOver ? Math.max(...own.map((use) => use.endedAtMs ?? Infinity)) : Infinity;
  return endedAtMs <= (settled?.atMs ?? Infinity) ? endedAtMs : Infinity;
}

/** The failure that the client's own link ended with, where nothing was tried after it. */
function linkEndedAtMs(ceremony: CeremonyTrace, stages: readonly LinkStage[]): number {
  const client = stages.find(({ stage }) => CLIENT_STAGES.includes(stage))?.actor;
  const own = stages.filter(
    ({ actor, stage }) => (actor === client || stage === "lost") && !CLEARING_UP.includes(stage),
  );
  const answer = mainExchange(ceremony);
  const refusedAtMs =
    answer?.status !== undefined && answer.status !== "OK" && !answer.discarded
      ? (answer.answeredAtMs ?? Infinity)
      : Infinity;
  const lastAskedMs = ceremony.exchanges.at(-1)?.askedAtMs ?? -Infinity;
  // A way that failed and the next one that is tried may share a moment: their order counts.
  const lastTriedIndex = own.findLastIndex(({ stage }) => !FINAL_STAGES.includes(stage));
  const lastTriedMs = Math.max(lastAskedMs, own[lastTriedIndex]?.atMs ?? -Infinity);
  const failedAtMs =
    own
      .slice(lastTriedIndex + 1)
      .find(({ stage, atMs }) => FINAL_STAGES.includes(stage) && atMs >= lastAskedMs)?.atMs ?? Infinity;
  return Math.min(failedAtMs, refusedAtMs >= lastTriedMs ? refusedAtMs : Infinity);
}
