import type { TraceRecord } from "../../core/trace.js";
import type { Timestamped } from "./moment.js";
import { answerCall, callParts, type SiteCall, type SiteCallRecord } from "./site-calls.js";

/** What became of one message with a code. */
export interface CodeFact extends Timestamped {
  readonly number: number;
  readonly change: string;
  readonly route?: string;
}

/** One time a code was typed, as the site judged it. */
export interface EntryFact extends Timestamped {
  readonly outcome: "accepted" | "refused";
  readonly reason: string | undefined;
  readonly failures: number;
}

/** One attempt to get in without a passkey, or to change how. */
export interface FactorAttempt {
  /** `sms`, `mail`, `password`, `line`, `settings`, `support`, ... */
  readonly factor: string;
  readonly calls: readonly (SiteCall & { readonly step: string })[];
  readonly codes: readonly CodeFact[];
  readonly entries: readonly EntryFact[];
}

/** Folds the records of one attempt; in a trace without the site's calls the codes still show the attempt. */
export function factorAttempt(records: readonly TraceRecord[]): FactorAttempt {
  const factors: string[] = [];
  let prompted: string | undefined;
  const calls: (SiteCall & { readonly step: string })[] = [];
  const codes: CodeFact[] = [];
  const entries: EntryFact[] = [];
  for (const record of records) {
    switch (record.kind) {
      case "rp.request":
      case "rp.response":
        factors.push(callParts(record).about);
        takeCall(calls, record);
        break;
      case "factor.code": {
        const { atMs, number, change, route } = record;
        factors.push(record.factor);
        codes.push({ atMs, number, change, ...(route !== undefined && { route }) });
        break;
      }
      case "factor.attempt": {
        const { atMs, outcome, reason, failures } = record;
        factors.push(record.factor);
        entries.push({ atMs, outcome, reason, failures });
        break;
      }
      case "rp.no-answer":
        factors.push(callParts(record).about);
        break;
      case "user.prompted":
        // An attempt for which the site was never asked shows in the page's prompt alone.
        prompted ??= /^code (\S+)$/.exec(record.prompt)?.[1];
        break;
      default:
        break;
    }
  }
  return { factor: factors[0] ?? prompted ?? "", calls, codes, entries };
}

function takeCall(calls: (SiteCall & { readonly step: string })[], record: SiteCallRecord): void {
  const { step } = callParts(record);
  if (record.kind === "rp.request") {
    calls.push({ step, askedAtMs: record.atMs });
    return;
  }
  const open = calls.find((call) => call.step === step && call.status === undefined);
  if (open !== undefined) answerCall(open, record);
}
