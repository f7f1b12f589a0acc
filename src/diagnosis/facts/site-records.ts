import type { TraceRecord } from "../../core/trace.js";
import type { FlagFact, LockFact, MailFact, RowFact } from "./trace-facts.js";

/** What the site's store, its mail and its locks recorded, in order of time. */
export interface SiteRecords {
  readonly rows: readonly RowFact[];
  readonly mails: readonly MailFact[];
  readonly flags: readonly FlagFact[];
  readonly locks: readonly LockFact[];
}

/** Collects a site's own records from a trace in order of time. */
export function siteRecordsOf(records: readonly TraceRecord[]): SiteRecords {
  const rows: RowFact[] = [];
  const mails: MailFact[] = [];
  const flags: FlagFact[] = [];
  const locks: LockFact[] = [];
  for (const record of records) {
    const { atMs, ceremony } = record;
    switch (record.kind) {
      case "rp.row":
        takeRow(rows, record);
        break;
      case "rp.mail":
        mails.push({ atMs, subject: record.subject, stage: record.stage, ceremony });
        break;
      case "rp.flag":
        flags.push({ atMs, flag: record.flag, value: record.value, ceremony });
        break;
      case "factor.lock":
        locks.push({ atMs, change: record.change, failures: record.failures, budgetMs: record.budgetMs });
        break;
      default:
        break;
    }
  }
  return { rows, mails, flags, locks };
}

function takeRow(
  rows: RowFact[],
  { credential, change, ceremony, atMs }: Extract<TraceRecord, { readonly kind: "rp.row" }>,
): void {
  const known = rows.findLast((candidate) => candidate.credential === credential);
  // A log that was written twice tells of one row.
  const isNew = change === "created" && (known === undefined || known.deletedAtMs !== undefined);
  if (isNew) rows.push({ credential, ceremony, createdAtMs: atMs });
  const row = isNew ? rows.at(-1) : known;
  if (row === undefined) return;
  if (change === "visible") row.visibleAtMs = atMs;
  if (change === "deleted") {
    row.deletedAtMs = atMs;
    if (ceremony !== undefined) row.deletedBy = ceremony;
  }
}
