import type { TraceRecord } from "../core/trace.js";
import type { Ledger } from "../diagnosis/ledger.js";
import {
  recordsMatching,
  type EventPattern,
  type AssertionFailure,
  type PartialExpectation,
} from "./expectation.js";
import type { Explanation } from "../diagnosis/explanation.js";
import { seconds } from "../diagnosis/evidence.js";

/** What a run came to; the part of it that can be compared with a promise. */
export interface RunResult {
  readonly records: readonly TraceRecord[];
  readonly ledger: Ledger;
  readonly explanation: Explanation;
}

/** Every promise that the run broke; empty when it kept them all. What is not promised is not looked at. */
export function check(expect: PartialExpectation, run: RunResult): readonly AssertionFailure[] {
  return [...checkRecordsAndLedger(expect, run), ...checkVerdict(expect, run)];
}

/** Checks the expectations on the records of four layers and on the ledger, without the verdict. */
export function checkRecordsAndLedger(
  expect: PartialExpectation,
  { records, ledger }: Omit<RunResult, "explanation">,
): readonly AssertionFailure[] {
  return [
    ...(["ctap", "link", "page", "rp"] as const).flatMap((layer) =>
      (expect[layer] ?? []).flatMap((pattern) => checkPattern(layer, pattern, records)),
    ),
    ...checkLedger(expect, ledger),
  ];
}

/** Promises on what is made of it: each ceremony's mechanism, and the timer that decided. */
export function checkVerdict(
  expect: PartialExpectation,
  { explanation }: Pick<RunResult, "explanation">,
): readonly AssertionFailure[] {
  return [
    ...checkTimer(expect, explanation),
    ...checkRootCauses(expect, explanation),
    ...checkConsequences(expect, explanation),
  ];
}

function checkPattern(
  layer: AssertionFailure["layer"],
  pattern: EventPattern,
  records: readonly TraceRecord[],
): readonly AssertionFailure[] {
  const matching = recordsMatching(records, pattern);
  const { times } = pattern;
  if (times === undefined ? matching.length > 0 : matching.length === times) return [];
  const ofKind = records.filter(({ kind }) => kind === pattern.kind);
  const found =
    ofKind.length === 0
      ? `no ${pattern.kind} at all`
      : `${matching.length} that fit, among ${ofKind.map(describeRecord).join("; ")}`;
  return [{ layer, expected: describePattern(pattern), found }];
}

function describePattern({ kind, where, actor, atMs, times }: EventPattern): string {
  const members = where === undefined ? "" : ` ${JSON.stringify(where)}`;
  const by = actor === undefined ? "" : ` by ${actor}`;
  const when = atMs === undefined ? "" : ` between ${seconds(atMs[0])} and ${seconds(atMs[1])}`;
  return `${times === undefined ? "at least one" : times} ${kind}${members}${by}${when}`;
}

function describeRecord({ atMs, actor, kind: _kind, ...members }: TraceRecord): string {
  return `${JSON.stringify(members)} by ${actor} at ${seconds(atMs)}`;
}

function checkLedger(
  { ledger: wanted = {} }: PartialExpectation,
  ledger: Ledger,
): readonly AssertionFailure[] {
  const { keys, rows, mails, unknown = [] } = ledger.entries;
  const { orphans, ghosts } = ledger.diff();
  const counts = {
    keys: keys.length,
    rows: rows.length,
    orphans: orphans.length,
    ghosts: ghosts.length,
    mails: mails.filter(({ stage }) => stage === "delivered").length,
  };
  const isKnown = (name: keyof typeof counts) =>
    name === "mails" || (name === "keys" || name === "rows" ? !unknown.includes(name) : unknown.length === 0);
  return (Object.keys(counts) as (keyof typeof counts)[])
    .filter((name) => wanted[name] !== undefined && (counts[name] !== wanted[name] || !isKnown(name)))
    .map((name) => ({
      layer: "ledger",
      expected: `${wanted[name]} ${name}`,
      found: isKnown(name) ? `${counts[name]} ${name}` : `${name} that could not be read`,
    }));
}

function checkTimer(
  { decidedBy }: PartialExpectation,
  explanation: Explanation,
): readonly AssertionFailure[] {
  if (decidedBy === undefined) return [];
  const found = explanation.decidedBy?.timer ?? null;
  if (found === decidedBy) return [];
  return [{ layer: "timer", expected: decidedBy ?? "no timer", found: found ?? "no timer" }];
}

function checkRootCauses(
  { mechanisms }: PartialExpectation,
  { ceremonies }: Explanation,
): readonly AssertionFailure[] {
  if (mechanisms === undefined) return [];
  const found = ceremonies.map(({ mechanism }) => mechanism).join(", ");
  const expected = mechanisms.join(", ");
  return found === expected ? [] : [{ layer: "mechanism", expected, found }];
}

function checkConsequences(
  { consequences = [] }: PartialExpectation,
  { ceremonies }: Explanation,
): readonly AssertionFailure[] {
  const found = ceremonies.flatMap((ceremony) => ceremony.consequences.map(({ id }) => id));
  return consequences
    .filter((id) => !found.includes(id))
    .map((id) => ({ layer: "consequence", expected: id, found: found.join(", ") || "none" }));
}
