import type { CeremonyAccount } from "./explanation.js";
import { gatherFactors, type FactorAttempt, type FactorFacts } from "./facts/factor-facts.js";
import { FACTOR_MECHANISMS } from "./rules/factor.js";
import { decidingTimer } from "./mechanism.js";
import type { TraceFacts } from "./facts/trace-facts.js";

export interface FactorAccount {
  readonly beganAtMs: number;
  readonly account: CeremonyAccount;
}

/** Layers without which an attempt cannot be judged, and what each would show. */
const PROBES: readonly (readonly [layer: string, shows: string])[] = [
  ["rp", "calls to the site and its answers"],
  ["factor", "what became of the codes that were sent, and how the site judged them"],
];

/** What came of every attempt to get in without a passkey. Pure, as `explain` is. */
export function explainFactors(trace: TraceFacts): readonly FactorAccount[] {
  const facts = gatherFactors(trace);
  return facts.attempts.map((attempt) => ({
    beganAtMs: attempt.beganAtMs,
    account: accountOf(attempt, facts),
  }));
}

function accountOf(attempt: FactorAttempt, facts: FactorFacts): CeremonyAccount {
  const common = { kind: "factor", ceremony: attempt.id } as const;
  for (const { id, account, needs = [] } of FACTOR_MECHANISMS) {
    const found = account(attempt, facts);
    if (found === undefined) continue;
    if (needs.some((layer) => !facts.layers.has(layer))) break;
    const { decidedBy, marginMs, verdict, evidence, prevention } = found;
    return {
      ...common,
      mechanism: id,
      decidedBy: decidingTimer(decidedBy),
      marginMs,
      verdict,
      evidence,
      prevention,
      missingProbes: [],
    };
  }
  const missing = PROBES.filter(([layer]) => !facts.layers.has(layer));
  const why =
    missing.length === 0
      ? "nobody entered a code, and nothing says why"
      : missing.map(([layer, shows]) => `missing probe ${layer} (${shows})`).join(", ");
  return {
    ...common,
    mechanism: "undecided",
    decidedBy: undefined,
    marginMs: undefined,
    verdict: `Undecided: ${why}.`,
    evidence: [],
    prevention: [],
    missingProbes: missing.map(([layer]) => layer),
  };
}
