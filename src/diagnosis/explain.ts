import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import type { TraceRecord } from "../core/trace.js";
import { strongestMatches, type MatchedRule } from "./choose-rule.js";
import { judgeByClocks } from "./clocks/judge-by-clocks.js";
import type { KnownOffsets } from "./clock-offset.js";
import { conditionsOf, type Stretch } from "./conditions.js";
import { consequencesOf } from "./consequences.js";
import { endingOf } from "./ending.js";
import type { CeremonyDiagnosis, DecidingTimer, Ending, Explanation } from "./explanation.js";
import type { CeremonyTrace } from "./facts/ceremony.js";
import { outcomeOf, type Outcome } from "./facts/outcome.js";
import { gatherFacts, type GatherOptions } from "./gather-facts.js";
import type { TimerUse } from "./facts/timers.js";
import type { TraceFacts } from "./facts/trace-facts.js";
import type { Match } from "./rule.js";
import type { RootCauseId } from "./rules/registry.js";
import { missingFor, missingFrom, PROBES, type Probe } from "./probes.js";
import { withoutCause } from "./without-cause.js";

/** What a trace lacks whose ceremonies overlap although no record says which of them it belongs to. */
const CEREMONY_IDS = "ceremony ids";

export interface ExplainOptions extends GatherOptions {
  /** How far the clocks of actors are off, where it is known; every other clock is measured by what came first. */
  readonly offsets?: KnownOffsets | undefined;
}

const OPTIONS = parameters<ExplainOptions>({
  offsets: maybe(arg.object),
  schema: maybe(shape.oneOf([1, 2])),
  endedAtMs: maybe(shape.ms),
  coverage: maybe(arg.object),
});

/**
 * Says of a trace what happened and whose timer decided it.
 *
 * A pure fold: gives the same answer for a live run and for its stored trace. Where the records do not suffice it
 * says `undecided` and names what is missing: layers, or `ceremony ids` for ceremonies of a schema-1 trace that
 * overlap in time.
 *
 * For each ceremony it reads first what the ceremony came to, then finds the one rule that explains it, then what
 * ended it, what that ending waited for, and what was left behind.
 *
 * @param records of a live run or of a stored trace.
 * @param options schema of the trace and the end of the run, where the records do not say it themselves, and offsets
 *   of clocks that are known.
 * @returns the verdict: root cause, deciding timer, and what each ceremony came to.
 *
 * @example
 * const { records } = parseTrace(readFileSync("trace.jsonl", "utf8"));
 * console.log(explain(records).verdict);
 */
export function explain(records: readonly TraceRecord[], options: ExplainOptions = {}): Explanation {
  checkArguments("explain", { records: [shape.list(arg.any), records], options: [OPTIONS, options] });
  return judgeByClocks(records, options.offsets, (aligned) => explainAligned(aligned, options));
}

function explainAligned(records: readonly TraceRecord[], options: GatherOptions): Explanation {
  const facts = gatherFacts(records, options);
  const ceremonies = facts.ceremonies.map((ceremony) => explainCeremony(ceremony, facts));
  const main =
    ceremonies.find(({ mechanism }) => mechanism !== "success") ?? ceremonies[0] ?? nothingSeen(facts);
  return { ...main, ceremonies, ...facts.ledger.diff() };
}

function explainCeremony(ceremony: CeremonyTrace, facts: TraceFacts): CeremonyDiagnosis {
  if (facts.overlapping.has(ceremony.id)) return attributionUnknown(ceremony);
  const outcome = outcomeOf(ceremony, facts);
  const [found] = strongestMatches(ceremony, facts, outcome);
  const consequences = consequencesOf(ceremony, facts, outcome);
  if (found === undefined)
    return { ...undecided(ceremony, missingFrom(facts, ceremony)), outcome, consequences };
  const missing = missingFor(found.rule, ceremony, facts);
  if (missing.length > 0) return { ...undecided(ceremony, missing, found.rule.id), outcome, consequences };
  return { ...decided(ceremony, found, { facts, outcome }), consequences };
}

function decided(
  ceremony: CeremonyTrace,
  { rule, match }: MatchedRule,
  { facts, outcome }: { readonly facts: TraceFacts; readonly outcome: Outcome },
): Omit<CeremonyDiagnosis, "consequences"> {
  const decidedBy = decidingTimer(match.decidedBy);
  const endedBy = rule.id === "success" ? undefined : endingOf(ceremony, outcome, decidedBy);
  const conditions = match.saysWhatItWaitedFor ? [] : conditionsOf(ceremony, facts, waitOf(match, endedBy));
  return {
    kind: ceremony.kind,
    ceremony: ceremony.id,
    outcome,
    ...(endedBy !== undefined && { endedBy }),
    mechanism: rule.id,
    conditions,
    decidedBy,
    marginMs: match.marginMs,
    verdict: [match.verdict, ...conditions.map(({ text }) => text)].join(" "),
    evidence: match.evidence,
    prevention: match.prevention,
    missingProbes: [],
  };
}

/** The stretch of time whose wait is to be named: a fired timer's, or one without an end. */
function waitOf({ waitsUntilMs }: Match, endedBy: Ending | undefined): Stretch | undefined {
  if (endedBy?.timer !== undefined) return endedBy.timer;
  return waitsUntilMs === undefined ? undefined : { firedAtMs: waitsUntilMs, budgetMs: Infinity };
}

function decidingTimer(use: TimerUse | undefined): DecidingTimer | undefined {
  if (use?.end !== "fired" || use.endedAtMs === undefined) return undefined;
  return { timer: use.timer, owner: use.owner, budgetMs: use.budgetMs, firedAtMs: use.endedAtMs };
}

type Judged = Pick<CeremonyTrace, "kind" | "id">;

/** @param likely cause whose signature is there, and which the missing probes would tell from others. */
function undecided(judged: Judged, missing: readonly Probe[], likely?: RootCauseId): CeremonyDiagnosis {
  const nothingKnown =
    judged.kind === "factor"
      ? "no code was entered, and no record says why"
      : "no known mechanism leaves this trace";
  const why = missing.map((layer) => `missing probe ${layer} (${PROBES[layer]})`).join(", ");
  const looksLike = likely === undefined ? "" : `; what is there looks like ${likely}, and like others`;
  return withoutCause(ceremonyOf(judged), missing, why === "" ? nothingKnown : `${why}${looksLike}`);
}

function attributionUnknown(judged: Judged): CeremonyDiagnosis {
  const why = `missing ${CEREMONY_IDS}: this trace is of schema 1 and its ceremonies overlap`;
  return withoutCause(ceremonyOf(judged), [CEREMONY_IDS], why);
}

const ceremonyOf = ({ kind, id }: Judged) => ({ kind, ceremony: id });

function nothingSeen(facts: TraceFacts): CeremonyDiagnosis {
  return undecided({ kind: "registration", id: "none" }, missingFrom(facts));
}
