import type { TraceRecord } from "../core/trace.js";
import { attributeByOrder } from "./schema-1/attribute-by-order.js";
import { schemaOf } from "./schema-1/schema-of.js";
import type { TraceSchemaVersion } from "./stored-trace.js";
import { buildCeremony, isPage, type CeremonyContext } from "./facts/build-ceremony.js";
import type { CeremonyTrace } from "./facts/ceremony.js";
import type { Coverage } from "./facts/coverage.js";
import { mayConcern } from "./facts/run-events.js";
import { foldLedger } from "./facts/fold-ledger.js";
import { keyRecordsOf } from "./facts/keys.js";
import { kindOf } from "./facts/kind-of.js";
import { inOrder, withoutRepeats } from "./facts/order.js";
import { siteRecordsOf } from "./facts/site-records.js";
import { timersOf } from "./facts/timers.js";
import type { HeldCredentials, TraceFacts } from "./facts/trace-facts.js";
import type { Ledger } from "./ledger.js";

export interface GatherOptions {
  /** Schema of the trace; what `run.started` says when absent. */
  readonly schema?: TraceSchemaVersion | undefined;
  /** When the run ended, for records that do not hold its last one yet. */
  readonly endedAtMs?: number | undefined;
  /** Of a trace that was put together from logs: when each probe would have shown what happened. */
  readonly coverage?: Coverage | undefined;
}

/**
 * Groups a trace by ceremony. Pure; works on live records and on stored ones.
 *
 * A record belongs to the ceremony whose id it carries, whenever it was recorded. Records of schema 1 carry none:
 * they are attributed by their order, and ceremonies that overlap in time are listed in `overlapping`.
 */
export function gatherFacts(
  records: readonly TraceRecord[],
  { schema, endedAtMs, coverage }: GatherOptions = {},
): TraceFacts {
  const sorted = inOrder(records);
  const { attributed, overlapping } =
    (schema ?? schemaOf(records)) === 1
      ? attributeByOrder(sorted)
      : { attributed: withoutRepeats(sorted), overlapping: new Set<string>() };
  const { own, runRecords } = grouped(attributed);
  const timers = timersOf(attributed);
  const { keys, copies, isCopy } = keyRecordsOf(attributed);
  const ceremonies = ceremoniesOf(own, {
    runRecords: runRecords.filter(mayConcern),
    timers: byCeremony(timers, ({ ceremony }) => ceremony),
    isCopy,
  });
  const siteRecords = siteRecordsOf(attributed);
  const ledger = foldLedger(sorted);
  return {
    ceremonies,
    ceremonyById: new Map(ceremonies.map((ceremony) => [ceremony.id, ceremony])),
    overlapping,
    timers,
    keys,
    copies,
    ...siteRecords,
    hasSpans: attributed.some(opensSpans),
    hasAuthenticator: attributed.some(isOfAuthenticator),
    hasPageScript: attributed.some(({ actor }) => isPage(actor)),
    rowsByCeremony: byCeremony(siteRecords.rows, ({ ceremony }) => ceremony),
    deletedRowsByCeremony: byCeremony(siteRecords.rows, ({ deletedBy }) => deletedBy),
    flagsByCeremony: byCeremony(siteRecords.flags, ({ ceremony }) => ceremony),
    layers: coveredLayers(layersOf(attributed), coverage),
    coverage,
    ledger,
    held: heldIn(ledger),
    runRecords,
    runEndedAtMs: attributed.find(({ kind }) => kind === "run.ended")?.atMs ?? endedAtMs,
    endsAtMs: attributed.findLast(({ kind }) => kind !== "run.ended")?.atMs ?? 0,
  };
}

/** Groups facts by the ceremony they name; those that name none are left out. */
function byCeremony<T>(
  facts: readonly T[],
  ceremonyOf: (fact: T) => string | undefined,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const fact of facts) {
    const id = ceremonyOf(fact);
    if (id === undefined) continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [fact]);
    else group.push(fact);
  }
  return groups;
}

function heldIn({ entries }: Ledger): HeldCredentials {
  return {
    keys: new Set(entries.keys.map(({ credential }) => credential)),
    rows: new Set(entries.rows.map(({ credential }) => credential)),
    unknown: (entries.unknown?.length ?? 0) > 0,
  };
}

/** Whether a record shows that the trace's parties open spans: one of them, or the schema of the run. */
function opensSpans(record: TraceRecord): boolean {
  return record.kind === "span.started" || (record.kind === "run.started" && record.schema === 2);
}

/** Whether an authenticator recorded something itself: what it stores, or a timer of its own. */
function isOfAuthenticator(record: TraceRecord): boolean {
  if (record.kind === "ctap.credential" || record.kind === "ctap.nothing-found") return true;
  return record.kind === "timer.armed" && record.timer.startsWith("key.");
}

/** Layers by what only their own party records: a page without its browser, a mail without its site show neither. */
function layersOf(records: readonly TraceRecord[]): ReadonlySet<string> {
  const kinds = new Set<string>(records.map(({ kind }) => kind));
  const layers = new Set([...kinds].map((kind) => kind.split(".")[0] ?? kind));
  if (!kinds.has("page.called") && !kinds.has("page.settled")) layers.delete("page");
  if (!kinds.has("rp.request") && !kinds.has("rp.response")) layers.delete("rp");
  return layers;
}

/** A layer that logs hold records of, and do not cover at any time, proves nothing by what is not there. */
function coveredLayers(layers: ReadonlySet<string>, coverage: Coverage | undefined): ReadonlySet<string> {
  return coverage === undefined
    ? layers
    : new Set(Object.keys(coverage).filter((probe) => !probe.includes(".")));
}

function grouped(records: readonly TraceRecord[]): {
  readonly own: ReadonlyMap<string, readonly TraceRecord[]>;
  readonly runRecords: readonly TraceRecord[];
} {
  const own = new Map<string, TraceRecord[]>();
  const runRecords: TraceRecord[] = [];
  for (const record of records) {
    if (record.ceremony === undefined) runRecords.push(record);
    else {
      const known = own.get(record.ceremony);
      if (known === undefined) own.set(record.ceremony, [record]);
      else known.push(record);
    }
  }
  return { own, runRecords };
}

function ceremoniesOf(
  groups: ReadonlyMap<string, readonly TraceRecord[]>,
  context: CeremonyContext,
): readonly CeremonyTrace[] {
  return [...groups].flatMap(([id, own]) => {
    const kind = kindOf(own);
    return kind === undefined ? [] : [buildCeremony({ id, kind, own }, context)];
  });
}
