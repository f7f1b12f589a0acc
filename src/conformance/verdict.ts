import { HarnessError } from "../core/errors.js";

/** What a failed check saw, in words; bytes in hex, withheld where they may hold secrets. */
export interface FailureDetail {
  readonly expected: string;
  readonly seen: string;
  readonly request?: string | undefined;
  readonly answer?: string | undefined;
}

/** Ends a check: the device does otherwise than the specification says. */
export class CheckFailure extends HarnessError<"CHECK_FAILED"> {
  readonly detail: FailureDetail;

  constructor(detail: FailureDetail) {
    super("CHECK_FAILED", `expected ${detail.expected}, saw ${detail.seen}`);
    this.detail = detail;
  }
}

/** Ends a check that does not concern this device; the message says why. */
export class NotApplicable extends HarnessError<"CHECK_NOT_APPLICABLE"> {
  constructor(reason: string) {
    super("CHECK_NOT_APPLICABLE", reason);
  }
}

/** Ends a check that could not be brought to the point where it judges; the message says why. */
export class Inconclusive extends HarnessError<"CHECK_INCONCLUSIVE"> {
  constructor(reason: string) {
    super("CHECK_INCONCLUSIVE", reason);
  }
}

/** @throws {CheckFailure} unless `holds`. */
export function demand(holds: boolean, expected: string, seen: string): asserts holds {
  if (!holds) throw new CheckFailure({ expected, seen });
}

/** A value as a failure shows it: bytes, lists and maps by their size, so that no secret is told. */
export function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return `a map of ${value.size}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === undefined) return "none";
  if (typeof value === "number" || typeof value === "bigint") return `${value}`;
  return typeof value === "string" || typeof value === "boolean" ? `${value}` : "another type";
}
