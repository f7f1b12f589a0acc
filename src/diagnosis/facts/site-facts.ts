import { seconds } from "../evidence.js";
import type { CeremonyTrace, KeyFact } from "./ceremony.js";
import { covers, stretchOf } from "./coverage.js";
import type { SiteCall } from "./site-calls.js";
import type { TimerUse } from "./timers.js";
import type { MailFact, RowFact, TraceFacts } from "./trace-facts.js";

/** The finish call the site accepted. */
export function acceptedFinish(ceremony: CeremonyTrace): (SiteCall & { answeredAtMs: number }) | undefined {
  return ceremony.finishes.find(
    (call): call is SiteCall & { answeredAtMs: number } =>
      call.answeredAtMs !== undefined &&
      call.status !== undefined &&
      call.status < 300 &&
      call.code === undefined,
  );
}

/** The site is a real one: what it holds is known only as far as it says so. */
export function isAttached({ runRecords }: TraceFacts): boolean {
  return runRecords.some(({ kind }) => kind === "rp.attached");
}

/** Says whether the trace shows the site's rows after the ceremony; a trace of a simulated site always does. */
export function rowsAreKnown(ceremony: CeremonyTrace, facts: TraceFacts): boolean {
  if (facts.coverage !== undefined) return covers(facts.coverage, "rp.probe", stretchOf(ceremony, "rp"));
  if (!isAttached(facts)) return true;
  const lastAskedMs = Math.max(...ceremony.finishes.map(({ askedAtMs }) => askedAtMs));
  return facts.runRecords.some(
    (record) => record.kind === "rp.probe" && record.outcome === "answered" && record.atMs >= lastAskedMs,
  );
}

/** Whether two ceremonies may be of one account: they are not where the trace names two. */
export function mayShareAccount(one: CeremonyTrace, other: CeremonyTrace): boolean {
  return one.account === undefined || other.account === undefined || one.account === other.account;
}

/** Rows that may be of the ceremony's account. */
export function rowsOfAccount(ceremony: CeremonyTrace, facts: TraceFacts): readonly RowFact[] {
  return facts.rows.filter((row) => mayBeOfAccount(ceremony, row.ceremony, facts));
}

/** Timers that may be of the ceremony's account, the session's among them: they may be older than the ceremony. */
export function timersOfAccount(ceremony: CeremonyTrace, facts: TraceFacts): readonly TimerUse[] {
  return facts.timers.filter((use) => mayBeOfAccount(ceremony, use.ceremony, facts));
}

function mayBeOfAccount(one: CeremonyTrace, id: string | undefined, { ceremonyById }: TraceFacts): boolean {
  const other = id === undefined ? undefined : ceremonyById.get(id);
  return other === undefined || mayShareAccount(one, other);
}

/** The row a registration left at the site. */
export function rowOf(ceremony: CeremonyTrace, facts: TraceFacts): RowFact | undefined {
  return facts.rowsByCeremony.get(ceremony.id)?.[0];
}

/** The ceremony's first mail that was delivered after a moment; any mail where the trace does not say whose it is. */
export function mailAfter({ id }: CeremonyTrace, { mails }: TraceFacts, atMs: number): MailFact | undefined {
  return mails.find(
    (mail) => mail.stage === "delivered" && mail.atMs >= atMs && (mail.ceremony ?? id) === id,
  );
}

export function mailLine(ceremony: CeremonyTrace, facts: TraceFacts, atMs: number): string | undefined {
  const mail = mailAfter(ceremony, facts, atMs);
  return mail && `${seconds(mail.atMs)}: the mail "${mail.subject}" arrived`;
}

export function finishLine(call: SiteCall | undefined): string | undefined {
  if (call === undefined) return undefined;
  const asked = `${seconds(call.askedAtMs)}: finish came to the site`;
  return call.answeredAtMs === undefined
    ? `${asked}; no answer in the trace`
    : `${asked}, answered ${call.status ?? "?"}${call.code ? ` ${call.code}` : ""} at ${seconds(call.answeredAtMs)}`;
}

/** The row of a key that signed, where the site had it when it was asked. */
export function rowInPlace(
  { rows }: TraceFacts,
  { credential }: KeyFact,
  askedAtMs: number,
): RowFact | undefined {
  const row = rows.find((candidate) => candidate.credential === credential);
  const isThere =
    row !== undefined && row.createdAtMs <= askedAtMs && (row.deletedAtMs ?? Infinity) > askedAtMs;
  return isThere ? row : undefined;
}
