import type { TraceRecord } from "../core/trace.js";
import {
  fullMask,
  masksBySize,
  nameOfDeviation,
  type Deviation,
  type Mask,
  type Plan,
  type PlannedRun,
} from "./plan.js";
import { outcomeIn, type Judged } from "./folded-run.js";
import type { Lattice } from "./lattice.js";
import { partOf } from "./lattice-part.js";
import { sufficientSets } from "./sufficient-sets.js";
import { judgeCeremony, WELL, type Judgement, type VerdictClass } from "./judge.js";
import type { CeremonyOutcome } from "./outcome.js";
import type { Said } from "./runner.js";

/** One verdict that is not right, with the smallest plan that shows it. Plain JSON. */
export interface OracleCase {
  readonly seed: string;
  readonly sample: string;
  readonly draw: number;
  readonly class: VerdictClass;
  readonly why: string;
  /** Id of the ceremony in the trace of {@link run}. */
  readonly ceremony: string;
  readonly kind: CeremonyOutcome["kind"];
  readonly outcome: CeremonyOutcome;
  readonly said: Said | undefined;
  /** Deviations of the smallest plan, in words. */
  readonly deviations: readonly string[];
  /** The smallest sets that bring about this very outcome, each as names of deviations. */
  readonly sufficient: readonly (readonly string[])[];
  /** Deviations whose absence alone makes all well. */
  readonly repairs: readonly string[];
  readonly run: PlannedRun;
  readonly base: string;
  /** What was done to the trace before it was explained; absent for the whole trace. */
  readonly change?: string;
  /** The changed trace. */
  readonly records?: readonly TraceRecord[];
}

/** Removes the deviations that do not matter to a verdict: the same is said of the same outcome, and judged the same. */
export async function minimalCase(
  lattice: Lattice,
  ceremony: Judged,
  judgement: Judgement,
): Promise<Omit<OracleCase, "seed" | "sample" | "draw">> {
  const { place, said } = ceremony;
  const wanted = outcomeIn(lattice.full, place);
  const full = fullMask(lattice.plan);
  for (const mask of masksBySize(full)) {
    if (mask === full) break;
    const folded = await lattice.at(mask);
    const found = folded.ceremonies.find((one) => one.place === place);
    if (found === undefined || outcomeIn(folded, place) !== wanted || found.said?.cause !== said?.cause)
      continue;
    const smaller = await partOf(lattice, mask);
    const again = await judgeCeremony(smaller, found);
    if (again !== WELL && again.class === judgement.class) return describeCase(smaller, found, again);
  }
  return describeCase(lattice, ceremony, judgement);
}

/** Describes a case as it stands: with every deviation of its plan. */
export async function describeCase(
  lattice: Lattice,
  { place, outcome, said }: Judged,
  judgement: Judgement,
): Promise<Omit<OracleCase, "seed" | "sample" | "draw">> {
  const { plan } = lattice;
  const { same, repairs } = judgement.sufficient ?? (await sufficientSets(lattice, place));
  const names = (set: Mask) => namesIn(plan, set);
  return {
    class: judgement.class,
    why: judgement.why,
    ceremony: outcome.ceremony,
    kind: outcome.kind,
    outcome,
    said,
    deviations: plan.deviations.map(describeDeviation),
    sufficient: same.map(names),
    repairs: names(repairs),
    run: lattice.compose(fullMask(plan)),
    base: plan.base.id,
  };
}

function namesIn({ deviations }: Plan, mask: Mask): readonly string[] {
  return deviations.filter((_, at) => (mask & (1 << at)) !== 0).map(shortName);
}

/** Name and value where the value is a word: `phone.screenLock=false`; the name alone where it is a number. */
function shortName(deviation: Deviation): string {
  const name = nameOfDeviation(deviation);
  if (deviation.kind === "action" || typeof deviation.value === "number") return name;
  return `${name}=${deviation.value === null ? "never" : String(deviation.value)}`;
}

/** `key.touchDelayMs=90000`, `key.touchDelayMs=90000 at 60000 ms`, `do:unplug at 2500 ms`. */
export function describeDeviation(deviation: Deviation): string {
  if (deviation.kind === "action") return `${nameOfDeviation(deviation)} at ${deviation.action.atMs} ms`;
  const value = deviation.value === null ? "never" : String(deviation.value);
  const when = deviation.kind === "set" ? ` at ${deviation.atMs} ms` : "";
  return `${deviation.name}=${value}${when}`;
}

/** The kind of ceremony and the smallest sufficient sets, as one text: what clusters go by. */
export function truthOf({ kind, sufficient }: Pick<OracleCase, "kind" | "sufficient">): string {
  const sets = sufficient.map((names) => [...names].sort().join("+") || "nothing");
  return `${kind}: ${sets.sort().join(" | ") || "nothing"}`;
}
