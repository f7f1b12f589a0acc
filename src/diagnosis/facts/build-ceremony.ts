import type { TraceRecord } from "../../core/trace.js";
import type { CeremonyTrace, CeremonyKind, KeyFact, LinkStage } from "./ceremony.js";
import { requestEndedAtMs } from "./client-end.js";
import { exchangesOf } from "./exchanges.js";
import { factorAttempt } from "./factor-attempt.js";
import { concerns, partsOf } from "./run-events.js";
import { answerCall, callParts, type SiteCallRecord } from "./site-calls.js";
import type { TimerUse } from "./timers.js";

/** What of the rest of the trace a ceremony's facts need. */
export interface CeremonyContext {
  /** Records of no ceremony, in order of time. */
  readonly runRecords: readonly TraceRecord[];
  /** By the id of their ceremony. */
  readonly timers: ReadonlyMap<string, readonly TimerUse[]>;
  /** Whether a key that was stored is a copy of one made on another authenticator. */
  readonly isCopy: (key: KeyFact) => boolean;
}

/** Folds the records of one ceremony, in order of time, into what they say of it. */
export function buildCeremony(
  {
    id,
    kind,
    own,
  }: { readonly id: string; readonly kind: CeremonyKind; readonly own: readonly TraceRecord[] },
  { runRecords, timers, isCopy }: CeremonyContext,
): CeremonyTrace {
  const parts = partsOf(own);
  const shared = runRecords.filter((record) => concerns(record, parts));
  const records = shared.length === 0 ? own : [...own, ...shared].sort((a, b) => a.atMs - b.atMs);
  const settled = own.findLast(({ kind: one }) => one === "page.settled");
  const ceremony: CeremonyTrace = {
    id,
    kind,
    beganAtMs: own[0]?.atMs ?? 0,
    records,
    exchanges: exchangesOf(own, kind === "factor" ? undefined : settled?.atMs),
    calls: [],
    finishes: [],
    polls: [],
    gestures: [],
    keysCreated: [],
    keysOverwritten: [],
    keysUsed: [],
    linkStages: [],
    lateStages: [],
    requestEndedAtMs: Infinity,
    timers: timers.get(id) ?? [],
    ...pageOf(own),
    ...(kind === "factor" && { attempt: factorAttempt(own) }),
  };
  const stages: LinkStage[] = [];
  for (const record of records) {
    take(ceremony, record, isCopy);
    if (record.kind === "link.hybrid") stages.push(record);
    if (record.kind === "link.lost") stages.push({ ...record, stage: "lost" });
  }
  const endedAtMs = requestEndedAtMs(ceremony, stages);
  ceremony.requestEndedAtMs = endedAtMs;
  ceremony.linkStages = stages.filter(({ atMs }) => atMs <= endedAtMs);
  ceremony.lateStages = stages.filter(({ atMs }) => atMs > endedAtMs);
  return ceremony;
}

/** Says whether a party is a page's script, by its name: `page`, `phone-page`. */
export function isPage(actor: string): boolean {
  return actor.endsWith("page");
}

/** The page that opened the span of the ceremony. */
function pageOf(own: readonly TraceRecord[]): Pick<CeremonyTrace, "openedBy" | "pageActor"> {
  const opened = own.find((record) => record.kind === "span.started" && record.name === "ceremony");
  if (opened === undefined) return {};
  const { actor } = opened;
  return { openedBy: actor, ...(isPage(actor) && { pageActor: actor }) };
}

function take(ceremony: CeremonyTrace, record: TraceRecord, isCopy: CeremonyContext["isCopy"]): void {
  const { atMs, actor } = record;
  switch (record.kind) {
    case "rp.request":
    case "rp.response":
      if (record.kind === "rp.request" && record.account !== undefined) ceremony.account = record.account;
      if (ceremony.kind !== "factor") takeCall(ceremony, record);
      break;
    case "page.called":
      ceremony.called = {
        atMs,
        effectiveMs: record.effectiveMs,
        actor: record.actor,
        isConditional: record.mediation === "conditional",
      };
      break;
    case "page.settled": {
      const resolved = record.outcome === "resolved";
      const { name, credential } = record;
      ceremony.settled = {
        atMs,
        resolved,
        ...(name !== undefined && { name }),
        ...(credential !== undefined && { credential }),
      };
      break;
    }
    case "page.gave-up":
      ceremony.gaveUp = { atMs, actor, aborted: record.aborted };
      break;
    case "page.closed":
      ceremony.quit ??= { atMs, actor };
      break;
    case "page.threw":
      ceremony.threw = { atMs, actor };
      break;
    case "page.call-failed":
      ceremony.callFailed = { atMs, actor };
      break;
    case "ctap.credential":
      takeKey(ceremony, record, isCopy);
      break;
    case "user.answered":
      ceremony.gestures.push({ atMs, answer: record.answer });
      break;
    case "user.saw":
      if (record.where !== "page") break;
      if (record.tone === "failure") ceremony.failureSeen ??= { atMs, actor, text: record.text };
      if (record.tone === "success") ceremony.successSeen ??= { atMs };
      break;
    default:
      break;
  }
}

function takeCall(ceremony: CeremonyTrace, record: SiteCallRecord): void {
  const { about, step } = callParts(record);
  if (about !== "registration" && about !== "login") return;
  if (record.kind === "rp.request") {
    const call = { step, askedAtMs: record.atMs };
    ceremony.calls.push(call);
    if (step === "options") ceremony.options = call;
    if (step === "finish") {
      ceremony.finishes.push(call);
      delete ceremony.callFailed;
    }
    if (step === "poll") ceremony.polls.push(call);
    return;
  }
  const call = ceremony.calls.find((open) => open.step === step && open.status === undefined);
  if (call !== undefined) answerCall(call, record);
}

function takeKey(
  ceremony: CeremonyTrace,
  { change, credential, atMs, actor }: Extract<TraceRecord, { readonly kind: "ctap.credential" }>,
  isCopy: CeremonyContext["isCopy"],
): void {
  const key: KeyFact = { atMs, credential, authenticator: actor };
  if (change === "created" && !isCopy(key)) ceremony.keysCreated.push(key);
  if (change === "overwritten") ceremony.keysOverwritten.push(key);
  if (change === "used") ceremony.keysUsed.push(key);
}
