import type { TraceEvent, TraceRecord } from "../core/trace.js";
import type { ConsequenceId } from "../diagnosis/consequences.js";
import type { RootCauseId } from "../diagnosis/rules/registry.js";

type Kind = TraceEvent["kind"];
type EventOf<K extends Kind> = Extract<TraceEvent, { readonly kind: K }>;

/** Records of one kind that a run must, or must not, contain. Plain JSON. */
export type EventPattern<K extends Kind = Kind> = {
  readonly [Name in K]: {
    readonly kind: Name;
    /** Members that must be equal, the ceremony that the record belongs to among them; the others may be anything. */
    readonly where?: Partial<Omit<EventOf<Name>, "kind">> & { readonly ceremony?: string };
    readonly actor?: string;
    /** First and last millisecond, both included. */
    readonly atMs?: readonly [from: number, to: number];
    /** How many records match; at least one when absent. Zero: it must not happen. */
    readonly times?: number;
  };
}[K];

type Layer<Prefix extends string> = Extract<Kind, `${Prefix}.${string}`>;

/** Expectations of a scenario: the records of four layers, the ledger at the end, and the timer that decided. */
export interface Expectation {
  readonly ctap?: readonly EventPattern<Layer<"ctap">>[];
  readonly link?: readonly EventPattern<Layer<"link">>[];
  readonly page?: readonly EventPattern<Layer<"page"> | Layer<"user">>[];
  readonly rp?: readonly EventPattern<Layer<"rp"> | Layer<"factor">>[];
  readonly ledger: {
    readonly keys: number;
    readonly rows: number;
    readonly orphans: number;
    readonly ghosts: number;
    readonly mails: number;
  };
  /** `null`: no timer decided. */
  readonly decidedBy: string | null;
  readonly mechanisms: readonly RootCauseId[];
  /** What some ceremony of the run leaves behind, or does beside what it was for. */
  readonly consequences?: readonly ConsequenceId[];
}

/** What a scenario of a user's own promises: as much of an {@link Expectation} as they care about. */
export interface PartialExpectation extends Partial<Omit<Expectation, "ledger">> {
  readonly ledger?: Partial<Expectation["ledger"]>;
}

/** One broken promise. */
export interface AssertionFailure {
  readonly layer: "ctap" | "link" | "page" | "rp" | "ledger" | "timer" | "mechanism" | "consequence";
  readonly expected: string;
  readonly found: string;
}

/** Records that fit a pattern. */
export function recordsMatching(
  records: readonly TraceRecord[],
  pattern: EventPattern,
): readonly TraceRecord[] {
  const [fromMs, toMs] = pattern.atMs ?? [0, Infinity];
  const wanted: readonly [string, unknown][] = Object.entries(pattern.where ?? {});
  return records.filter(
    (record) =>
      record.kind === pattern.kind &&
      record.atMs >= fromMs &&
      record.atMs <= toMs &&
      (pattern.actor === undefined || record.actor === pattern.actor) &&
      wanted.every(([name, value]) => isEqual(new Map(Object.entries(record)).get(name), value)),
  );
}

/** Members are strings, numbers, flags and lists of strings. */
function isEqual(found: unknown, wanted: unknown): boolean {
  if (!Array.isArray(found) || !Array.isArray(wanted)) return found === wanted;
  return found.length === wanted.length && found.every((item, index) => item === wanted[index]);
}
