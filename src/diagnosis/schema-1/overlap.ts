import type { OrderedCeremony } from "./ordered-ceremonies.js";

/** Milliseconds in which a device may still show what the end of its last timer meant. */
const FAR_SIDE_TAIL_MS = 1_000;

/**
 * Names the ceremonies that ran at the same time as another one: where records carry no id, no record of such
 * ceremonies can be attributed to one of them.
 *
 * A ceremony runs from its first record until its promise has settled or its browser ended, its calls to the site
 * are answered, the last command it sent is answered, its user has answered what the authenticator asked, and its
 * timers have ended, those of a phone and a tunnel service too. A key that is made or used while the ceremony that
 * began last has asked for nothing shows that the one before it was still under way.
 */
export function overlappingIn(ceremonies: readonly OrderedCeremony[]): ReadonlySet<string> {
  const overlapping = new Set<string>();
  for (const [index, later] of ceremonies.entries()) {
    for (const earlier of ceremonies.slice(0, index)) {
      if (endOf(earlier) <= later.beganAtMs) continue;
      overlapping.add(earlier.id).add(later.id);
    }
    const before = ceremonies[index - 1];
    if (later.hasStray && before !== undefined) overlapping.add(before.id).add(later.id);
  }
  return overlapping;
}

function endOf({ isPending, lastAtMs, exchanges, prompts, timersEndedAtMs }: OrderedCeremony): number {
  if (isPending) return Infinity;
  const answers = [...exchanges, ...prompts].map(({ answeredAtMs }) => answeredAtMs ?? 0);
  // A timer that ended with the promise was the client's own; one that ended later was of a party that went on.
  const farSide = timersEndedAtMs > lastAtMs ? timersEndedAtMs + FAR_SIDE_TAIL_MS : 0;
  return Math.max(lastAtMs, farSide, ...answers);
}
