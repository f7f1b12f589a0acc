import { seconds } from "../mechanism.js";
import type { Ceremony, RowFact, SiteCall, TraceFacts } from "./trace-facts.js";

/** The finish call the site accepted. */
export function acceptedFinish(ceremony: Ceremony): (SiteCall & { answeredAtMs: number }) | undefined {
  return ceremony.finishes.find(
    (call): call is SiteCall & { answeredAtMs: number } =>
      call.answeredAtMs !== undefined &&
      call.status !== undefined &&
      call.status < 300 &&
      call.code === undefined,
  );
}

/** The site is a real one: what it holds is known only as far as it says so. */
export function isAttached({ records }: TraceFacts): boolean {
  return records.some(({ kind }) => kind === "rp.attached");
}

/** Whether the trace tells which rows the site had after the ceremony; of a simulated one it always does. */
export function rowsAreKnown(ceremony: Ceremony, facts: TraceFacts): boolean {
  if (!isAttached(facts)) return true;
  const lastAskedMs = Math.max(...ceremony.finishes.map(({ askedAtMs }) => askedAtMs));
  return facts.records.some(
    (record) => record.kind === "rp.probe" && record.outcome === "answered" && record.atMs >= lastAskedMs,
  );
}

/** The row a registration left at the site. */
export function rowOf(ceremony: Ceremony, facts: TraceFacts): RowFact | undefined {
  return facts.rows.find((row) => row.ceremony === ceremony.id);
}

/** First mail delivered after a moment. */
export function mailAfter(facts: TraceFacts, atMs: number): { atMs: number; subject: string } | undefined {
  return facts.mails.find((mail) => mail.stage === "delivered" && mail.atMs >= atMs);
}

export function mailLine(facts: TraceFacts, atMs: number): string | undefined {
  const mail = mailAfter(facts, atMs);
  return mail && `${seconds(mail.atMs)}: the mail "${mail.subject}" arrived`;
}

export function finishLine(call: SiteCall | undefined): string | undefined {
  if (call === undefined) return undefined;
  const asked = `${seconds(call.askedAtMs)}: the page posted finish`;
  return call.answeredAtMs === undefined
    ? `${asked}; no answer in the trace`
    : `${asked}, answered ${call.status ?? "?"}${call.code ? ` ${call.code}` : ""} at ${seconds(call.answeredAtMs)}`;
}
