import type { TraceRecord } from "../../core/trace.js";

/** Kinds that hand a ceremony on from one actor to the next, outside the exchanges with the authenticator. */
const CEREMONY_STEPS: ReadonlySet<string> = new Set([
  "rp.request",
  "rp.response",
  "page.called",
  "page.settled",
  "page.gave-up",
]);

/** Kinds that an exchange leads through. */
const EXCHANGE_STEPS: ReadonlySet<string> = new Set([
  "ctap.request",
  "user.prompted",
  "user.answered",
  "ctap.credential",
  "ctap.nothing-found",
  "ctap.response",
  "ctap.cancel",
  "ctap.discarded",
]);

interface Flows {
  /** Each from its first step to its last, two steps at least. */
  readonly flows: readonly (readonly TraceRecord[])[];
  /** Every record that a flow passes through. */
  readonly passed: ReadonlySet<TraceRecord>;
}

/**
 * Collects how one thing led to another across actors: a flow for each exchange with an authenticator, and one for the
 * steps of each ceremony around them. What follows from what is read from spans and ceremonies, never from the order alone.
 */
export function flowsOf(records: readonly TraceRecord[]): Flows {
  const exchanges = new Set(
    records.flatMap((record) =>
      record.kind === "span.started" && record.name === "exchange" ? [record.span] : [],
    ),
  );
  const groups = new Map<string, TraceRecord[]>();
  for (const record of records) {
    const key = flowKey(record, exchanges);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const flows = [...groups.values()].filter((flow) => new Set(flow.map(({ actor }) => actor)).size > 1);
  return { flows, passed: new Set(flows.flat()) };
}

function flowKey(record: TraceRecord, exchanges: ReadonlySet<string>): string | undefined {
  const { kind, span, ceremony } = record;
  if (exchanges.has(span)) return EXCHANGE_STEPS.has(kind) ? `span ${span}` : undefined;
  return ceremony !== undefined && CEREMONY_STEPS.has(kind) ? `ceremony ${ceremony}` : undefined;
}
