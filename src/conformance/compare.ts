import { arg, checkArguments } from "../core/argument.js";
import { HarnessError } from "../core/errors.js";
import { type CheckOutcome, type CheckResult, type ConformanceResult, OUTCOMES } from "./result.js";

/** A check whose outcome, or what was seen, is another one in the second run. */
export interface ChangedCheck {
  readonly id: string;
  readonly severity: CheckResult["severity"];
  /** Absent for a check that this run did not have. */
  readonly before?: CheckOutcome | undefined;
  readonly after?: CheckOutcome | undefined;
  /** `worse`: it fails now; `better`: it passes now; `other`: anything else. */
  readonly kind: "worse" | "better" | "other";
  /** What the failure says now, or said. */
  readonly detail?: string | undefined;
}

/** A number that a check observed in both runs, and that changed. */
export interface ChangedObservation {
  readonly id: string;
  readonly name: string;
  readonly before: string | number | boolean;
  readonly after: string | number | boolean;
}

export interface Comparison {
  readonly changed: readonly ChangedCheck[];
  readonly observations: readonly ChangedObservation[];
}

/** A file that holds no result of a run. */
export class ResultError extends HarnessError<"RESULT_MALFORMED"> {}

const RESULT = arg.with("a result, as runConformance gives one,", "schema", "results");

/**
 * Tells what differs between two runs, such as those of two firmware versions.
 *
 * @param before the earlier run.
 * @param after the later run.
 * @returns checks whose outcome changed, failures first, and observations whose value did.
 *
 * @example
 * const { changed } = compareResults(before, after);
 * console.log(changed.filter(({ kind }) => kind === "worse").map(({ id }) => id));
 */
export function compareResults(before: ConformanceResult, after: ConformanceResult): Comparison {
  checkArguments("compareResults", { before: [RESULT, before], after: [RESULT, after] });
  const older = new Map(before.results.map((result) => [result.id, result]));
  const newer = new Map(after.results.map((result) => [result.id, result]));
  const ids = [...new Set([...older.keys(), ...newer.keys()])];
  const changed = ids.flatMap((id) => changeOf(id, older.get(id), newer.get(id)));
  const order = ["worse", "better", "other"];
  return {
    changed: changed.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    observations: ids.flatMap((id) => observationsOf(id, older.get(id), newer.get(id))),
  };
}

function changeOf(
  id: string,
  before: CheckResult | undefined,
  after: CheckResult | undefined,
): readonly ChangedCheck[] {
  const failure = (after ?? before)?.failure ?? before?.failure;
  const sameFailure = before?.failure?.seen === after?.failure?.seen;
  if (before?.outcome === after?.outcome && sameFailure) return [];
  const worse = after?.outcome === "fail";
  const better = after?.outcome === "pass" && before?.outcome === "fail";
  return [
    {
      id,
      severity: (after ?? before)?.severity ?? "must",
      ...(before && { before: before.outcome }),
      ...(after && { after: after.outcome }),
      kind: worse ? "worse" : better ? "better" : "other",
      ...(failure && { detail: `expected ${failure.expected}, saw ${failure.seen}` }),
    },
  ];
}

function observationsOf(
  id: string,
  before: CheckResult | undefined,
  after: CheckResult | undefined,
): readonly ChangedObservation[] {
  return Object.entries(after?.observations ?? {}).flatMap(([name, now]) => {
    const then = before?.observations?.[name];
    return then === undefined || then === now ? [] : [{ id, name, before: then, after: now }];
  });
}

/**
 * Reads a result that was kept as JSON.
 *
 * @param json what `--json` of the command printed, parsed; the document itself or its member `conformance`.
 * @throws {ResultError} `RESULT_MALFORMED` for anything else.
 */
export function parseResult(json: unknown): ConformanceResult {
  const document = isObject(json) && isObject(json["conformance"]) ? json["conformance"] : json;
  if (!isObject(document) || document["schema"] !== 1 || !Array.isArray(document["results"])) {
    throw new ResultError("RESULT_MALFORMED", "no result of the command conformance of schema 1");
  }
  const broken = (document["results"] as readonly unknown[]).findIndex((result) => !isResult(result));
  if (broken >= 0) throw new ResultError("RESULT_MALFORMED", `results[${broken}] is no result of a check`);
  return document as unknown as ConformanceResult;
}

function isResult(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["id"] === "string" &&
    OUTCOMES.some((outcome) => outcome === value["outcome"])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
