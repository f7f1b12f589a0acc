import { drawFraction, seededEntropy } from "../core/entropy.js";
import type { TraceRecord } from "../core/trace.js";
import type { Judged } from "./folded-run.js";
import type { Lattice } from "./lattice.js";
import { judgeCeremony, WELL, type VerdictClass } from "./judge.js";
import { CLOCKED, CLOCK_OFFSETS_MS, partiesIn, withClockOff, withoutParties } from "./parties.js";
import type { Diagnose, Said } from "./runner.js";

/**
 * What became of verdicts that the whole trace gives, once part of it is missing or a clock is off.
 *
 * `same`: the same cause. `right`: another one, which is right as well. `coarser`: another one that is true and not
 * what repairs the ceremony. `wrong`: another confident verdict that the counterfactual runs contradict. `unseen`: the
 * ceremony left nothing in the trace.
 */
export const PARTIAL_CLASSES = ["same", "right", "coarser", "undecided", "unseen", "wrong"] as const;

export type PartialClass = (typeof PARTIAL_CLASSES)[number];

/** One verdict on a trace that is not whole. */
export interface PartialVerdict {
  /** What was done to the trace: `without site`, `without key and phone`, `site -5 s`. */
  readonly change: string;
  readonly ceremony: Judged;
  /** What the whole trace says, and what is left of it. */
  readonly whole: string;
  readonly said: Said | undefined;
  readonly class: PartialClass;
  readonly records: readonly TraceRecord[];
}

interface Change {
  readonly name: string;
  readonly records: readonly TraceRecord[];
}

/** How many pairs of missing parties of each trace are tried. */
const PAIRS = 6;

/** Takes each party out of a trace, and some pairs of parties, drawn by a seed. */
export function missingParties(records: readonly TraceRecord[], seed: string): readonly Change[] {
  const parties = partiesIn(records);
  const pairs = parties.flatMap((one, at) => parties.slice(at + 1).map((other) => [one, other]));
  const entropy = seededEntropy(`oracle/pairs/${seed}`);
  const chosen = pairs
    .map((pair) => ({ pair, order: drawFraction(entropy) }))
    .sort((a, b) => a.order - b.order)
    .slice(0, PAIRS)
    .map(({ pair }) => pair);
  return [...parties.map((party) => [party]), ...chosen].map((gone) => ({
    name: `without ${gone.join(" and ")}`,
    records: withoutParties(records, gone),
  }));
}

/** Sets the clock of each party wrong, one party at a time. */
export function clocksOff(records: readonly TraceRecord[]): readonly Change[] {
  const parties = partiesIn(records).filter((party) => CLOCKED.includes(party));
  return parties.flatMap((party) =>
    CLOCK_OFFSETS_MS.map((offsetMs) => ({
      name: `${party} ${offsetMs > 0 ? "+" : "-"}${Math.abs(offsetMs) / 1_000} s`,
      records: withClockOff(records, { party, offsetMs }),
    })),
  );
}

/** Classes of verdicts on the whole trace that partial ones are compared with. */
const COMPARED: readonly (VerdictClass | typeof WELL)[] = [WELL, "right", "undecided"];

/** Explains changed traces of a plan's full run, and judges every verdict that is not the one of the whole trace. */
export async function judgePartial(
  lattice: Lattice,
  changes: readonly Change[],
  diagnose: Diagnose,
): Promise<readonly PartialVerdict[]> {
  const compared: Judged[] = [];
  for (const ceremony of lattice.full.ceremonies) {
    const judgement = await judgeCeremony(lattice, ceremony);
    if (COMPARED.includes(judgement === WELL ? WELL : judgement.class)) compared.push(ceremony);
  }
  const verdicts: PartialVerdict[] = [];
  if (compared.length === 0) return verdicts;
  for (const { name, records } of changes) {
    const said = diagnose(records);
    for (const ceremony of compared) {
      const now = said.find((one) => one.ceremony === ceremony.outcome.ceremony);
      verdicts.push({
        change: name,
        ceremony,
        whole: ceremony.said?.cause ?? "not told",
        said: now,
        class: await classOf(lattice, ceremony, now),
        records,
      });
    }
  }
  return verdicts;
}

async function classOf(lattice: Lattice, ceremony: Judged, said: Said | undefined): Promise<PartialClass> {
  if (said === undefined) return "unseen";
  if (said.cause === ceremony.said?.cause) return "same";
  if (said.cause === "undecided") return "undecided";
  const judgement = await judgeCeremony(lattice, { ...ceremony, said });
  if (judgement === WELL || judgement.class === "right") return "right";
  return judgement.class === "proximate" || judgement.class === "unmapped" ? "coarser" : "wrong";
}
