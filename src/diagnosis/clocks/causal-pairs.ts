import type { TraceRecord } from "../../core/trace.js";
import type { CausalPair } from "./causal-pair.js";
import { credentialPairs } from "./credential-pairs.js";
import { ctapPairs, gesturePairs } from "./ctap-pairs.js";
import { hybridPairs } from "./hybrid-pairs.js";
import { messagePairs } from "./message-pairs.js";
import { operationsOf, type Operations } from "./operations.js";
import { sitePairs } from "./site-pairs.js";

/**
 * Lists pairs of records that must have happened one after the other, whatever their clocks say: a request is not
 * answered before it is sent. Pairs of one clock are among them; they say nothing of its offset.
 */
export function causalPairs(records: readonly TraceRecord[]): readonly CausalPair[] {
  const operations = operationsOf(records);
  return [
    ...spanPairs(operations),
    ...[...operations.byPage.values()].flatMap(sitePairs),
    ...[...operations.byRequest.values()].flatMap((request) => [
      ...ctapPairs(request),
      ...hybridPairs(request),
    ]),
    ...[...operations.bySpan.values()].flatMap(gesturePairs),
    ...[...operations.byCeremony.values()].flatMap(messagePairs),
    ...credentialPairs(records),
  ];
}

/** Who records something in a span has learned of it from who opened it; the first record of each actor says the most. */
function spanPairs({ opened, bySpan }: Operations): readonly CausalPair[] {
  const pairs: CausalPair[] = [];
  for (const before of opened.values()) {
    const parent = opened.get(before.parent);
    if (parent !== undefined) pairs.push({ before: parent, after: before });
    const seen = new Set([before.actor]);
    for (const after of bySpan.get(before.span) ?? []) {
      if (seen.has(after.actor)) continue;
      seen.add(after.actor);
      pairs.push({ before, after });
    }
  }
  return pairs;
}
