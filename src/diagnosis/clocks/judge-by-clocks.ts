import type { TraceRecord } from "../../core/trace.js";
import type { KnownOffsets } from "../clock-offset.js";
import type { CeremonyDiagnosis, Explanation } from "../explanation.js";
import type { Probe } from "../rule.js";
import { withoutCause } from "../without-cause.js";
import { alignClocks } from "./align-clocks.js";

/** What a trace lacks whose clocks leave it open what happened first. */
const CLOCK: Probe = "clock";

/**
 * Explains a trace by corrected times, and again by every other correction that is possible: a cause that does not
 * hold in all of them is undecided.
 */
export function judgeByClocks(
  records: readonly TraceRecord[],
  offsets: KnownOffsets | undefined,
  explain: (records: readonly TraceRecord[]) => Explanation,
): Explanation {
  const aligned = alignClocks(records, offsets);
  const explanation = explain(aligned.records);
  const { clocks, contradicted } = aligned;
  if (clocks.length === 0 && contradicted.size === 0) return explanation;
  const others = aligned.others().map(explain);
  const ceremonies = explanation.ceremonies.map((diagnosis) =>
    contradicted.has(diagnosis.ceremony)
      ? undecided(diagnosis, "its times contradict each other")
      : compared(
          diagnosis,
          others.map((other) => other.ceremonies.find(({ ceremony }) => ceremony === diagnosis.ceremony)),
        ),
  );
  const main = ceremonies.find(({ mechanism }) => mechanism !== "success") ?? ceremonies[0];
  const { orphans, ghosts } = explanation;
  return { ...(main ?? explanation), ceremonies, orphans, ghosts, ...(clocks.length > 0 && { clocks }) };
}

function compared(
  diagnosis: CeremonyDiagnosis,
  others: readonly (CeremonyDiagnosis | undefined)[],
): CeremonyDiagnosis {
  const isSame = others.every(
    (other) =>
      other !== undefined &&
      other.mechanism === diagnosis.mechanism &&
      other.decidedBy?.timer === diagnosis.decidedBy?.timer &&
      other.decidedBy?.owner === diagnosis.decidedBy?.owner,
  );
  if (!isSame) return undecided(diagnosis, "how far the clocks are apart decides what came first");
  const margins = [diagnosis, ...others].flatMap((one) => one?.marginMs ?? []);
  const lowMs = Math.min(...margins);
  const highMs = Math.max(...margins);
  return lowMs < highMs ? { ...diagnosis, marginRangeMs: [lowMs, highMs] } : diagnosis;
}

function undecided(diagnosis: CeremonyDiagnosis, why: string): CeremonyDiagnosis {
  return withoutCause(diagnosis, [CLOCK], `missing probe ${CLOCK} (${why})`);
}
