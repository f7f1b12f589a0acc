import type { CeremonyDiagnosis } from "./explanation.js";

/** What of a diagnosis stays where its cause is not said. */
export type JudgedCeremony = Pick<CeremonyDiagnosis, "kind" | "ceremony" | "outcome">;

/**
 * Makes the diagnosis of a ceremony whose cause the trace leaves open.
 *
 * @param missing what the trace would have to contain for a decision.
 * @param why in a clause; the verdict is a sentence of it.
 */
export function withoutCause(
  { kind, ceremony, outcome }: JudgedCeremony,
  missing: readonly string[],
  why: string,
): CeremonyDiagnosis {
  return {
    kind,
    ceremony,
    ...(outcome !== undefined && { outcome }),
    mechanism: "undecided",
    conditions: [],
    consequences: [],
    decidedBy: undefined,
    marginMs: undefined,
    verdict: `Undecided: ${why}.`,
    evidence: [],
    prevention: [],
    missingProbes: missing,
  };
}
