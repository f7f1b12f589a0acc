import type { Observations, Severity } from "./kinds.js";
import type { FailureDetail } from "./verdict.js";

/**
 * How a check ended. `not-applicable`: it does not concern this device; `left-out`: it was not allowed, or nobody
 * could do what it needs; `inconclusive`: it never came to the point where it judges.
 */
export const OUTCOMES = ["pass", "fail", "not-applicable", "left-out", "inconclusive"] as const;
export type CheckOutcome = (typeof OUTCOMES)[number];

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly section: string;
  readonly severity: Severity;
  readonly outcome: CheckOutcome;
  /** Why it was not judged. */
  readonly reason?: string | undefined;
  readonly failure?: FailureDetail | undefined;
  readonly observations?: Observations | undefined;
  readonly tookMs: number;
}

/** What is known of the device, as far as it is no secret. */
export interface DeviceSummary {
  readonly label: string;
  /** Hex. */
  readonly aaguid?: string | undefined;
  readonly versions?: readonly string[] | undefined;
  readonly firmwareVersion?: string | undefined;
}

/** A run against one device, as plain JSON. */
export interface ConformanceResult {
  readonly schema: 1;
  readonly device: DeviceSummary;
  readonly counts: Readonly<Record<CheckOutcome, number>>;
  readonly results: readonly CheckResult[];
}

export function countOutcomes(
  results: readonly Pick<CheckResult, "outcome">[],
): Record<CheckOutcome, number> {
  const count = (outcome: CheckOutcome) => results.filter((one) => one.outcome === outcome).length;
  return {
    pass: count("pass"),
    fail: count("fail"),
    "not-applicable": count("not-applicable"),
    "left-out": count("left-out"),
    inconclusive: count("inconclusive"),
  };
}
