import type { OrderedCeremony } from "./ordered-ceremonies.js";

/**
 * Names the ceremonies that ran at the same time as another one: where records carry no id, no record of such
 * ceremonies can be attributed to one of them.
 *
 * A ceremony runs from its first record until its promise has settled or its browser ended, its calls to the site are answered and the
 * last command it sent is answered. A key that is made or used while the ceremony that began last has asked for
 * nothing shows that the one before it was still under way.
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

function endOf({ isPending, lastAtMs, exchanges }: OrderedCeremony): number {
  if (isPending) return Infinity;
  return Math.max(lastAtMs, ...exchanges.map(({ answeredAtMs }) => answeredAtMs ?? 0));
}
