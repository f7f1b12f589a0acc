import { CLIENT_PROFILES } from "../../webauthn/profiles/client-profiles.js";
import { effectiveTimeoutMs, type ClientProfile } from "../../webauthn/profiles/client-profile.js";
import type { AskedByKind } from "../read-asked.js";
import type { JoinedCeremony } from "./join-episodes.js";
import type { PlacedRecord } from "./placed-record.js";

/** What the derivation needs beside the records. */
export interface DeriveOptions {
  /** The client that the user named; absent: the one of the user agent. */
  readonly profile?: ClientProfile | undefined;
  /** What the site asks for, where no file shows its options. */
  readonly asked?: AskedByKind | undefined;
}

type Called = PlacedRecord & { readonly event: { readonly kind: "page.called" } };

/**
 * Adds what no source logs and what follows from what they do: the call of `navigator.credentials`, the browser's timer,
 * and a promise that resolved because its answer was posted. Each says what it follows from.
 *
 * @param all records of one ceremony, in order.
 */
export function withDerived(
  all: readonly PlacedRecord[],
  { kind, parts }: JoinedCeremony,
  { profile: given, asked: known }: DeriveOptions,
): readonly PlacedRecord[] {
  if (kind === "factor") return all;
  const records = withoutGuesses(all);
  const method = kind === "login" ? "get" : "create";
  const asked = parts.find(({ episode }) => episode.asked !== undefined)?.episode.asked ?? known?.[kind];
  const client = parts.find(({ episode }) => episode.client !== undefined)?.episode.client;
  const profile = given ?? (client === undefined ? undefined : CLIENT_PROFILES[client]);
  const seen = records.find((record): record is Called => record.event.kind === "page.called");
  const options = records.find(
    ({ event }) => event.kind === "rp.response" && event.call === `${kind}/options` && event.status < 400,
  );
  const finish = records.find(({ event }) => event.kind === "rp.request" && event.call === `${kind}/finish`);
  const begun = seen ?? options;
  if (begun === undefined) return settledByFinish(records, { method, finish });
  const effectiveMs =
    profile === undefined || (asked === undefined && options === undefined)
      ? Infinity
      : effectiveTimeoutMs(profile, asked?.timeoutMs);
  const called: PlacedRecord = {
    source: begun.source,
    at: seen === undefined ? { fromMs: begun.at.toMs, toMs: begun.at.toMs } : seen.at,
    actor: "browser",
    ceremony: begun.ceremony,
    event: {
      kind: "page.called",
      method,
      effectiveMs,
      ...(asked?.timeoutMs !== undefined && { timeoutMs: asked.timeoutMs }),
    },
    ...(seen === undefined && { derived: "a page calls the browser when it has the options" }),
  };
  const timer = clientTimer(records, { called, profile, finish });
  // In the place where it happened: what follows may have the same time.
  const at = records.indexOf(begun);
  return settledByFinish(
    [...records.slice(0, seen === undefined ? at + 1 : at), called, ...timer, ...records.slice(at + 1)],
    { method, finish },
  );
}

/** What the page itself says of its promise counts, and not what a log lets one conclude. */
function withoutGuesses(records: readonly PlacedRecord[]): readonly PlacedRecord[] {
  const isSettled = ({ event }: PlacedRecord) => event.kind === "page.settled";
  const isTold = records.some((record) => isSettled(record) && record.derived === undefined);
  return isTold ? records.filter((record) => !isSettled(record) || record.derived === undefined) : records;
}

/** The browser's timer, armed with the call. Its end is derived only where a source shows the request's end. */
function clientTimer(
  records: readonly PlacedRecord[],
  {
    called,
    profile,
    finish,
  }: {
    readonly called: PlacedRecord;
    readonly profile: ClientProfile | undefined;
    readonly finish: PlacedRecord | undefined;
  },
): readonly PlacedRecord[] {
  if (called.event.kind !== "page.called") return [];
  const fired = records.find(
    ({ event }) => event.kind === "timer.fired" && event.timer === "client.ceremony",
  );
  const budgetMs = called.event.effectiveMs;
  if (fired?.event.kind === "timer.fired")
    return [
      {
        ...called,
        event: { ...fired.event, kind: "timer.armed" },
        derived: "the timer fired, and is armed with the call",
      },
    ];
  if (budgetMs === Infinity) return [];
  const timer = { timer: "client.ceremony", budgetMs, id: `client-${called.ceremony ?? ""}` } as const;
  const why = `client profile ${profile?.id ?? ""}, and the timeout of the options`;
  const end = finish ?? records.find(({ event }) => event.kind === "page.settled");
  return [
    { ...called, event: { kind: "timer.armed", ...timer }, derived: why },
    ...(end === undefined
      ? []
      : [{ ...end, actor: "browser", event: { kind: "timer.disarmed" as const, ...timer }, derived: why }]),
  ];
}

/** An answer that was posted is one that the promise resolved with. */
function settledByFinish(
  records: readonly PlacedRecord[],
  { method, finish }: { readonly method: "create" | "get"; readonly finish: PlacedRecord | undefined },
): readonly PlacedRecord[] {
  const isSettled = records.some(
    ({ event }) => event.kind === "page.settled" && event.outcome === "resolved",
  );
  if (finish === undefined || isSettled) return records;
  const { at, source, ceremony } = finish;
  // The log's "request fails" was of another try of the same ceremony.
  const rest = records.filter(({ event }) => event.kind !== "page.settled");
  return [
    ...rest,
    {
      source,
      at: { fromMs: at.fromMs, toMs: at.fromMs },
      actor: "browser",
      ceremony,
      event: { kind: "page.settled", method, outcome: "resolved" },
      derived: "its answer was posted to the site",
    },
  ];
}
