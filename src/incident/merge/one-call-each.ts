import type { Machine } from "../importer.js";
import { episodeKey, type AnchorPair, type NamedSource } from "./named-source.js";

/** Who knows best when the site got a call and what it answered. */
const BEST: readonly Machine[] = ["server", "gateway", "client", "phone", "tunnel", "mail"];

/**
 * Names the calls that another source records better, as `id of the source` and `name of the call`: one HTTP call is one
 * in the trace, however many logs have it.
 */
export function callsTold(pairs: readonly AnchorPair[]): ReadonlySet<string> {
  const told = new Set<string>();
  for (const { one, other, a, b } of pairs) {
    if (a.call === undefined || b.call === undefined) continue;
    const mine = BEST.indexOf(one.clock.machine);
    const theirs = BEST.indexOf(other.clock.machine);
    if (mine < theirs) told.add(callKey(other, b.call));
    else told.add(callKey(one, a.call));
  }
  return told;
}

export function callKey({ id }: NamedSource, call: string): string {
  return `${id} ${call}`;
}

/**
 * What the worse source knows of a call and the better one does not: the code and the credentials in a body that no access
 * log has. By the key of the better source's call.
 */
export function bodiesOf(
  pairs: readonly AnchorPair[],
  told: ReadonlySet<string>,
): ReadonlyMap<string, object> {
  const bodies = new Map<string, object>();
  for (const { one, other, a, b } of pairs) {
    if (a.call === undefined || b.call === undefined) continue;
    const [worse, worseCall, better, betterCall] = told.has(callKey(one, a.call))
      ? [one, a.call, other, b.call]
      : [other, b.call, one, a.call];
    const answer = worse.records.find(
      ({ call, event }) => call === worseCall && event.kind === "rp.response",
    );
    if (answer?.event.kind !== "rp.response") continue;
    const { code, credentials, transports, call, status } = answer.event;
    bodies.set(callKey(better, betterCall), {
      call,
      ...(code !== undefined && { code, status }),
      ...(credentials !== undefined && { credentials }),
      ...(transports !== undefined && { transports }),
    });
  }
  return bodies;
}

/**
 * The episode that each call is of by the source that saw its body: a gateway only guesses which attempt a call belongs to.
 * By the key of the call, the key of the episode.
 */
export function episodesOfCalls(pairs: readonly AnchorPair[]): ReadonlyMap<string, string> {
  const episodes = new Map<string, string>();
  const both = pairs.flatMap(({ one, other, a, b }) => [
    { guesser: one, call: a.call, knower: other, episode: b.episode },
    { guesser: other, call: b.call, knower: one, episode: a.episode },
  ]);
  for (const { guesser, call, knower, episode } of both) {
    if (guesser.clock.machine !== "gateway" || knower.clock.machine === "gateway") continue;
    if (call === undefined || episode === undefined) continue;
    episodes.set(callKey(guesser, call), episodeKey(knower, { id: episode }));
  }
  return episodes;
}
