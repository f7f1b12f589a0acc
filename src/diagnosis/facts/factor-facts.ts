import type { TraceRecord } from "../../core/trace.js";
import type { Moment, SiteCall, TimerUse, TraceFacts } from "./trace-facts.js";

/** What became of one message with a code. */
export interface CodeFact extends Moment {
  readonly number: number;
  readonly change: string;
  readonly detail?: string;
}

/** One time a code was typed, as the site judged it. */
export interface EntryFact extends Moment {
  readonly outcome: "accepted" | "refused";
  readonly reason: string | undefined;
  readonly failures: number;
}

/** One attempt to get in without a passkey, or to change how. */
export interface FactorAttempt {
  readonly id: string;
  /** `sms`, `mail`, `password`, `line`, `settings`, `support`, ... */
  readonly factor: string;
  readonly beganAtMs: number;
  readonly calls: (SiteCall & { readonly step: string })[];
  readonly codes: CodeFact[];
  readonly entries: EntryFact[];
}

export interface FactorFacts {
  readonly attempts: readonly FactorAttempt[];
  readonly locks: readonly (Moment & {
    readonly change: string;
    readonly failures: number;
    readonly budgetMs: number;
  })[];
  readonly timers: readonly TimerUse[];
  /** The account was flagged as having a passkey, and whether it ever had one. */
  readonly flaggedAtMs: number | undefined;
  readonly rows: number;
  readonly layers: ReadonlySet<string>;
}

const PASSKEY_CALLS: readonly string[] = ["registration", "login"];

/** The other doors, sorted out of a trace. Pure. */
export function gatherFactors({ records, timers, flags, rows, layers }: TraceFacts): FactorFacts {
  const attempts = new Map<string, FactorAttempt>();
  for (const record of records) {
    if (record.kind === "rp.request" || record.kind === "rp.response") takeCall(attempts, record);
    if (record.kind === "factor.code") {
      const { atMs, number, change, detail } = record;
      attemptOf(attempts, record).codes.push({
        atMs,
        number,
        change,
        ...(detail !== undefined && { detail }),
      });
    }
    if (record.kind === "factor.attempt") {
      const { atMs, outcome, reason, failures } = record;
      attemptOf(attempts, record).entries.push({ atMs, outcome, reason, failures });
    }
  }
  return {
    attempts: [...attempts.values()],
    locks: records.filter((record) => record.kind === "factor.lock"),
    timers,
    flaggedAtMs: flags.find(({ flag, value }) => flag === "passkey" && value)?.atMs,
    rows: rows.length,
    layers,
  };
}

function takeCall(
  attempts: Map<string, FactorAttempt>,
  record: TraceRecord & { readonly kind: "rp.request" | "rp.response" },
): void {
  const [factor = "", step = ""] = record.call.split("/");
  if (PASSKEY_CALLS.includes(factor)) return;
  const { ceremony, atMs } = record;
  const attempt = attemptOf(attempts, { factor, ceremony, atMs });
  if (record.kind === "rp.request") {
    attempt.calls.push({ step, askedAtMs: atMs });
    return;
  }
  const open = attempt.calls.find((call) => call.step === step && call.status === undefined);
  if (open === undefined) return;
  open.answeredAtMs = atMs;
  open.status = record.status;
  if (record.code !== undefined) open.code = record.code;
}

/** A trace without the site's calls still tells of attempts by their codes. */
function attemptOf(
  attempts: Map<string, FactorAttempt>,
  {
    ceremony: id,
    factor,
    atMs,
  }: { readonly ceremony: string; readonly factor: string; readonly atMs: number },
): FactorAttempt {
  const known = attempts.get(id);
  if (known !== undefined) return known;
  const attempt = { id, factor, beganAtMs: atMs, calls: [], codes: [], entries: [] };
  attempts.set(id, attempt);
  return attempt;
}

/** The budget of a code, a link or a lock that ended, by its timer. */
export function firedFor(
  { timers }: FactorFacts,
  { timer, ceremony }: { readonly timer: string; readonly ceremony?: string },
): TimerUse | undefined {
  return timers.find((use) => use.timer === timer && use.ceremony === ceremony && use.end === "fired");
}
