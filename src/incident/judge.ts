import type { TraceRecord } from "../core/trace.js";
import { explain } from "../diagnosis/explain.js";
import type { CeremonyDiagnosis, Explanation } from "../diagnosis/explanation.js";
import type { Coverage } from "../diagnosis/facts/coverage.js";
import type { TraceFacts } from "../diagnosis/facts/trace-facts.js";
import { gatherFacts } from "../diagnosis/gather-facts.js";
import { isSeen, PROBES, type Probe } from "../diagnosis/probes.js";
import { withoutCause } from "../diagnosis/without-cause.js";
import type { NamedSource } from "./merge/named-source.js";
import { labelsOf, type Merged } from "./merge/merged.js";
import { traceOf } from "./merge/trace-of.js";
import { worldsOf, type World } from "./merge/worlds.js";
import { ANYTHING, needsOf, neverSeen } from "./needs.js";

/** What the merged logs come to. */
export interface Judgement {
  readonly records: readonly TraceRecord[];
  readonly explanation: Explanation;
  readonly coverage: Coverage;
  /** Milliseconds since 1970 at which the trace begins. */
  readonly startMs: number;
}

/**
 * Explains merged logs in every world that their clocks leave open, and says of a ceremony only what holds in all of them
 * and what the logs would have contradicted, had it been otherwise.
 */
export function judge(merged: Merged): Judgement {
  const [first, ...rest] = worldsOf(merged);
  if (first === undefined) throw new Error("there is always one world");
  const others: ReadonlyMap<string, Held>[] = [];
  // Each world is let go before the next: a busy site's log has thousands of ceremonies.
  for (let world = rest.pop(); world !== undefined; world = rest.pop())
    others.push(heldOf(told(world, merged).explanation));
  const likeliest = told(first, merged);
  const parts = new Map(merged.ceremonies.map(({ id, parts }) => [id, parts]));
  const facts = gatherFacts(likeliest.records, { schema: 2, coverage: likeliest.coverage });
  const touched = new Set(merged.clocks.conflicts.flatMap(({ ids }) => ids));
  const ceremonies = likeliest.explanation.ceremonies.map((diagnosis) => {
    const same = others.map((held) => held.get(diagnosis.ceremony));
    const own = parts.get(diagnosis.ceremony) ?? [];
    if (own.filter(({ source }) => touched.has(source.id)).length > 1)
      return undecided(diagnosis, ["clock"], "the clocks of its sources contradict each other");
    const held = heldIn(diagnosis, same);
    return proven(
      held,
      facts,
      own.some(({ source }) => showsCalls(source)),
    );
  });
  const main = ceremonies.find(({ mechanism }) => mechanism !== "success") ?? ceremonies[0];
  return {
    ...likeliest,
    explanation: { ...likeliest.explanation, ...main, ceremonies },
  };
}

/** What has to be the same in every world. */
interface Held {
  readonly mechanism: CeremonyDiagnosis["mechanism"];
  readonly timer: string | undefined;
  readonly marginMs: number | undefined;
}

function heldOf({ ceremonies }: Explanation): ReadonlyMap<string, Held> {
  return new Map(
    ceremonies.map(({ ceremony, mechanism, decidedBy, marginMs }) => [
      ceremony,
      { mechanism, timer: decidedBy?.timer, marginMs },
    ]),
  );
}

function told(world: World, merged: Merged): Judgement {
  const coverage = coverageIn(world, merged);
  const records = traceOf(world.timed, labelsOf(merged));
  return {
    records,
    coverage,
    explanation: explain(records, { schema: 2, coverage }),
    startMs: world.startMs,
  };
}

function coverageIn({ traceMs }: World, { coverage }: Merged): Coverage {
  const covered: Partial<Record<Probe, (readonly [number, number])[]>> = {};
  for (const { source, probe, fromMs, toMs } of coverage) {
    const interval = [traceMs(source, fromMs), traceMs(source, toMs)] as const;
    covered[probe] = [...(covered[probe] ?? []), interval];
  }
  return covered;
}

/** The diagnosis where it is the same in every world; its margin as an interval. */
function heldIn(diagnosis: CeremonyDiagnosis, others: readonly (Held | undefined)[]): CeremonyDiagnosis {
  const differs = others.some(
    (other) => other?.mechanism !== diagnosis.mechanism || other.timer !== diagnosis.decidedBy?.timer,
  );
  if (differs)
    return undecided(diagnosis, ["clock"], "what came first lies within what the clocks leave open");
  const margins = [diagnosis, ...others].flatMap((one) => one?.marginMs ?? []);
  const range = [Math.min(...margins), Math.max(...margins)] as const;
  return margins.length > 0 && range[0] < range[1] ? { ...diagnosis, marginRangeMs: range } : diagnosis;
}

/** Whether a source is the browser's own record of its calls. */
const showsCalls = ({ clock, coverage }: NamedSource) =>
  clock.machine === "client" && coverage.some(({ probe }) => probe === "rp");

/** The diagnosis where the logs cover what could contradict it. */
function proven(diagnosis: CeremonyDiagnosis, facts: TraceFacts, client: boolean): CeremonyDiagnosis {
  const isUndecided = diagnosis.mechanism === "undecided";
  if (isUndecided && diagnosis.missingProbes.length > 0) return diagnosis;
  const ceremony = facts.ceremonyById.get(diagnosis.ceremony);
  if (ceremony === undefined) return diagnosis;
  const needs =
    diagnosis.mechanism === "undecided" ? ANYTHING : needsOf(diagnosis.mechanism, ceremony, { client });
  const never = diagnosis.mechanism === "undecided" ? [] : neverSeen(diagnosis.mechanism, ceremony);
  const missing = [...new Set([...needs.filter((probe) => !isSeen(probe, ceremony, facts)), ...never])];
  if (isUndecided && missing.length > 0)
    return undecided(diagnosis, missing, missing.map((probe) => `${probe}: ${PROBES[probe]}`).join("; "));
  return missing.length === 0
    ? diagnosis
    : undecided(
        diagnosis,
        missing,
        `${missing.map((probe) => `${probe}: ${PROBES[probe]}`).join("; ")}; what is there looks like ${diagnosis.mechanism}, and may be another`,
      );
}

function undecided(diagnosis: CeremonyDiagnosis, missing: readonly Probe[], why: string): CeremonyDiagnosis {
  return withoutCause(diagnosis, missing, `missing probe ${missing.join(", ")} (${why})`);
}
