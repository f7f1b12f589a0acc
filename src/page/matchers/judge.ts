import { nearestNames } from "../../core/nearest-names.js";
import { seconds } from "../../core/seconds.js";
import { DECIDING_TIMERS } from "../../diagnosis/deciding-timers.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import { ROOT_CAUSE_IDS, type RootCauseId } from "../../diagnosis/rules/registry.js";
import { oddities } from "../../scenarios/reports/oddities.js";
import { runOfTrace } from "../../scenarios/reports/run-of-trace.js";
import type { Judged, Judgement } from "./judgement.js";

/** When a timer has to have fired, in milliseconds since the trace began. */
export interface TimerMoment {
  readonly atMs?: number;
  /** How far off it may be; 0 when absent. */
  readonly toleranceMs?: number;
}

/** Whether a timer of this name ended one of the ceremonies, or was what decided it. */
export function judgeEndedBy(
  { explanation, records }: Judged,
  timer: string,
  { atMs, toleranceMs = 0 }: TimerMoment = {},
): Judgement {
  const deciding = explanation.ceremonies.flatMap(({ decidedBy, endedBy }) =>
    [decidedBy, endedBy?.timer].flatMap((one) => one ?? []),
  );
  const isAtMoment = (firedAtMs: number) => atMs === undefined || Math.abs(firedAtMs - atMs) <= toleranceMs;
  const found = deciding.some((one) => one.timer === timer && isAtMoment(one.firedAtMs));
  const told = [...new Set(deciding.map((one) => `${one.timer} at ${seconds(one.firedAtMs)}`))];
  const isKnown = DECIDING_TIMERS.includes(timer) || isInTrace(records, timer);
  return {
    holds: found || (isKnown && isOver(explanation.ceremonies) ? false : undefined),
    expected: atMs === undefined ? timer : `${timer} at ${seconds(atMs)}`,
    received: told.length === 0 ? "no timer" : told.join(", "),
    ...(!isKnown && { why: unknownName("timer", timer, DECIDING_TIMERS) }),
  };
}

function isInTrace(records: Judged["records"] = [], timer: string): boolean {
  return records.some((record) => record.kind === "timer.armed" && record.timer === timer);
}

function unknownName(what: string, name: string, names: readonly string[]): string {
  const near = nearestNames(name, names, 2).join(" or ");
  return `There is no ${what} "${name}"${near === "" ? "" : `: did you mean ${near}?`} (docs/verdicts.md)`;
}

/** Says whether there were ceremonies and none goes on: what did not end them will not any more. */
function isOver(ceremonies: readonly CeremonyDiagnosis[]): boolean {
  return ceremonies.length > 0 && ceremonies.every((one) => !isUnfinished(one));
}

function isUnfinished({ outcome }: CeremonyDiagnosis): boolean {
  return outcome === undefined || outcome.result === "unfinished";
}

/** Whether the run ended as this cause has it: of its first trouble, or of every ceremony in order where a list is given. */
export function judgeEndAs({ explanation }: Judged, cause: RootCauseId | readonly RootCauseId[]): Judgement {
  const wanted = typeof cause === "string" ? [cause] : cause;
  const unknown = wanted.find((id) => !ROOT_CAUSE_IDS.includes(id));
  if (unknown !== undefined) {
    return {
      holds: undefined,
      expected: cause,
      received: explanation.mechanism,
      why: unknownName("cause", unknown, ROOT_CAUSE_IDS),
    };
  }
  const isList = typeof cause !== "string";
  const ends = isList ? explanation.ceremonies.map(({ mechanism }) => mechanism) : [explanation.mechanism];
  const seen = explanation.ceremonies.length > 0;
  const found = seen && ends.length === wanted.length && ends.every((id, index) => id === wanted[index]);
  return {
    holds: found || (isOver(explanation.ceremonies) ? false : undefined),
    expected: cause,
    received: !seen ? "no ceremony" : isList ? ends : explanation.mechanism,
  };
}

/** Whether an authenticator holds a passkey that the site does not know. */
export function judgeOrphan({ explanation, records }: Judged): Judgement {
  const { orphans } = explanation;
  const known = records === undefined ? orphans : oddities(runOfTrace(records)).orphans;
  if (typeof known === "string") {
    return {
      holds: undefined,
      expected: "an orphan",
      received: known,
      why: "Orphans are known where the site can be asked: passkeyOptions.site = { credentials: async () => [...ids] }",
    };
  }
  const made = explanation.ceremonies.flatMap(({ outcome }) => outcome?.orphans ?? []);
  const all = [...new Set([...known, ...made])];
  return {
    holds: all.length > 0,
    expected: "an orphan",
    received: all.length === 0 ? "none" : all.join(", "),
  };
}

/** Whether the user was told the truth: no failure for what succeeded, no success for what failed. */
export function judgeTruth({ explanation, records = [] }: Judged): Judgement {
  // An offer for a field's autofill that nobody takes tells nobody anything.
  const ceremonies = explanation.ceremonies.filter((one) => !isOpenOffer(one, records));
  const expected = "nothing told that is not so";
  if (ceremonies.length === 0) return { holds: undefined, expected, received: "no ceremony" };
  const untrue = ceremonies.flatMap((ceremony) => untruthOf(ceremony) ?? []);
  if (untrue.length > 0) return { holds: false, expected, received: untrue.join("; ") };
  const open = ceremonies.filter(isUnfinished);
  if (open.length > 0) {
    return {
      holds: undefined,
      expected,
      received: `${open.map(({ kind }) => kind).join(", ")} not ended yet`,
      why: "Let time pass first: await passkeys.settled()",
    };
  }
  return { holds: true, expected, received: ceremonies.map(toldOf).join("; ") };
}

function isOpenOffer(one: CeremonyDiagnosis, records: NonNullable<Judged["records"]>): boolean {
  const called = records.find(({ kind, ceremony }) => kind === "page.called" && ceremony === one.ceremony);
  return isUnfinished(one) && called?.kind === "page.called" && called.mediation === "conditional";
}

function untruthOf({ kind, outcome }: CeremonyDiagnosis): string | undefined {
  if (outcome === undefined) return undefined;
  const { result, told } = outcome;
  if (result === "success-reported-as-failure")
    return `a failure shown for a ${kind} that succeeded${told === "corrected" ? ", taken back later" : ""}`;
  const toldAtLast = told === "corrected" ? "success" : told;
  return result === "failure" && toldAtLast === "success"
    ? `a success shown for a ${kind} that failed`
    : undefined;
}

function toldOf({ kind, outcome }: CeremonyDiagnosis): string {
  return `${outcome?.told ?? "nothing"} told of a ${kind} that came to ${outcome?.result ?? "nothing"}`;
}
