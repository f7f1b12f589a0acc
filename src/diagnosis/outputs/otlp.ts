import { parameters } from "../../core/argument.js";
import { describeRecord } from "../../core/events/describe.js";
import { printable } from "../../core/printable.js";
import { RUN_SPAN, type TraceRecord } from "../../core/trace.js";
import type { CeremonyDiagnosis } from "../explanation.js";
import { inOrder } from "../facts/order.js";
import { HTTP_ERROR_MIN } from "../facts/site-calls.js";
import { timersOf, type TimerUse } from "../facts/timers.js";
import {
  checkOutput,
  EPOCH_SHAPE,
  type ExplainedTrace,
  isDeciding,
  isShownTimer,
  microsecondsAt,
  toldMembers,
} from "./explained-trace.js";
import { attributesOf, type OtlpAttribute, spanIdOf, traceIdOf } from "./otlp-values.js";
import { type HttpCall, httpCallsOf } from "./site-calls.js";
import { rootsByCeremony, type SpanNode, spanTreeOf } from "./span-tree.js";

export interface OtlpOptions {
  /** Moment of the epoch at which the trace began, in milliseconds: Jaeger and Tempo find nothing at other times. */
  readonly startEpochMs: number;
}

const OPTIONS = parameters<OtlpOptions>({ startEpochMs: EPOCH_SHAPE });

/** @see opentelemetry-proto, trace/v1/trace.proto, enums SpanKind and StatusCode */
const SpanKind = { internal: 1, server: 2 } as const;
const StatusCode = { unset: 0, ok: 1, error: 2 } as const;

interface OtlpEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly OtlpAttribute[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly events?: readonly OtlpEvent[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface Owned {
  readonly actor: string;
  readonly span: OtlpSpan;
}

interface Sheet {
  readonly trace: ExplainedTrace;
  /** Tells this trace from others in the ids. */
  readonly key: readonly (string | number)[];
  readonly records: readonly TraceRecord[];
  readonly roots: ReadonlyMap<string, SpanNode>;
  readonly nano: (atMs: number) => string;
}

/**
 * A trace as one OTLP/JSON document, `ExportTraceServiceRequest`, for a collector, Jaeger and Tempo.
 *
 * Each ceremony is a trace of its own, whose root span has the verdict and, for a repeated attempt, a link to the
 * ceremony before. Below it are the spans of the harness, one for each timer and one for each call to the site; what
 * happened are span events. Each actor is a service. Ids are hashes of what they name.
 *
 * @param trace a run, or records with what `explain` says of them.
 * @param options `startEpochMs`, in milliseconds since the epoch.
 * @returns the text of a JSON file, one line.
 * @throws {ArgumentError} for what is no explained trace.
 *
 * @example
 * writeFileSync("run.otlp.json", toOtlp(run, { startEpochMs: Date.now() }));
 */
export function toOtlp(trace: ExplainedTrace, options: OtlpOptions): string {
  checkOutput("toOtlp", trace, options, OPTIONS);
  const records = inOrder(trace.records);
  const spans = spanTreeOf(records);
  const started = records.find((record) => record.kind === "run.started");
  const sheet: Sheet = {
    trace,
    key: [started?.scenario ?? "", started?.seed ?? "", records.length, options.startEpochMs],
    records,
    roots: rootsByCeremony(spans),
    nano: (atMs) => `${BigInt(microsecondsAt(Math.max(atMs, 0), options.startEpochMs)) * 1_000n}`,
  };
  const events = eventsBySpan(sheet);
  const owned = [
    ...spans.map((span) => treeSpan(span, events, sheet)),
    ...timersOf(records).filter(isShownTimer).map(timerSpan(sheet)),
    ...httpCallsOf(records).map((call, index) => callSpan(call, index, sheet)),
  ];
  return `${JSON.stringify({ resourceSpans: byActor([...runSpan(owned, events, sheet), ...owned]) })}\n`;
}

const SCOPE = { name: "passkey-harness" } as const;

function byActor(owned: readonly Owned[]) {
  const groups = new Map<string, OtlpSpan[]>();
  for (const { actor, span } of owned) {
    const group = groups.get(actor);
    if (group === undefined) groups.set(actor, [span]);
    else group.push(span);
  }
  return Array.from(groups, ([actor, spans]) => ({
    resource: {
      attributes: attributesOf([
        ["service.name", printable(actor)],
        ["service.namespace", SCOPE.name],
      ]),
    },
    scopeSpans: [{ scope: SCOPE, spans }],
  }));
}

/** Says where a record belongs among the exported spans: its own span, the root of its ceremony, or the run. */
function homeOf(
  { span, ceremony }: Pick<TraceRecord, "span" | "ceremony">,
  known: ReadonlySet<string>,
  { roots }: Sheet,
) {
  if (known.has(span)) return span;
  return (ceremony === undefined ? undefined : roots.get(ceremony)?.id) ?? RUN_SPAN;
}

function eventsBySpan(sheet: Sheet): ReadonlyMap<string, readonly OtlpEvent[]> {
  const { records, nano } = sheet;
  const known = new Set(spanTreeOf(records).map(({ id }) => id));
  const events = new Map<string, OtlpEvent[]>();
  for (const record of records) {
    const text = describeRecord(record);
    if (text === undefined) continue;
    const home = homeOf(record, known, sheet);
    const event: OtlpEvent = {
      timeUnixNano: nano(record.atMs),
      name: record.kind,
      attributes: attributesOf([
        ["passkey.actor", printable(record.actor)],
        ["passkey.text", text],
        ...toldMembers(record).map(([name, value]) => [`passkey.${name}`, value] as const),
      ]),
    };
    const group = events.get(home);
    if (group === undefined) events.set(home, [event]);
    else group.push(event);
  }
  return events;
}

function contextOf(
  { ceremony, id }: { readonly ceremony?: string | undefined; readonly id: string },
  { key }: Sheet,
) {
  return { traceId: traceIdOf(...key, ceremony ?? RUN_SPAN), spanId: spanIdOf(...key, ceremony ?? "", id) };
}

/** What belongs to no ceremony has a trace of its own, with the run for a root. */
function runSpan(
  owned: readonly Owned[],
  events: ReadonlyMap<string, readonly OtlpEvent[]>,
  sheet: Sheet,
): readonly Owned[] {
  const { records, nano } = sheet;
  const own = events.get(RUN_SPAN);
  const context = contextOf({ id: RUN_SPAN }, sheet);
  if (own === undefined && owned.every(({ span }) => span.traceId !== context.traceId)) return [];
  const span: OtlpSpan = {
    ...context,
    name: "run",
    kind: SpanKind.internal,
    startTimeUnixNano: nano(records[0]?.atMs ?? 0),
    endTimeUnixNano: nano(records.at(-1)?.atMs ?? 0),
    attributes: [],
    ...(own !== undefined && { events: own }),
    status: { code: StatusCode.unset },
  };
  return [{ actor: records[0]?.actor ?? "harness", span }];
}

function treeSpan(node: SpanNode, events: ReadonlyMap<string, readonly OtlpEvent[]>, sheet: Sheet): Owned {
  const { id, name, label, parent, ceremony, actor, fromMs, toMs, status } = node;
  const own = events.get(id);
  const diagnosis =
    parent === undefined && ceremony !== undefined
      ? sheet.trace.explanation.ceremonies.find((one) => one.ceremony === ceremony)
      : undefined;
  const above = parent ?? (ceremony === undefined ? RUN_SPAN : undefined);
  const span: OtlpSpan = {
    ...contextOf(node, sheet),
    ...(above !== undefined && { parentSpanId: contextOf({ ceremony, id: above }, sheet).spanId }),
    name: `${name} ${label}`,
    kind: SpanKind.internal,
    startTimeUnixNano: sheet.nano(fromMs),
    endTimeUnixNano: sheet.nano(toMs),
    attributes: attributesOf([
      ["passkey.ceremony", ceremony === undefined ? undefined : printable(ceremony)],
      ...(diagnosis === undefined ? [] : verdictEntries(diagnosis)),
    ]),
    ...(own !== undefined && { events: own }),
    ...(diagnosis !== undefined && linksOf(diagnosis, sheet)),
    status: diagnosis === undefined ? statusOf(status) : statusOfVerdict(diagnosis),
  };
  return { actor, span };
}

function statusOf(status: SpanNode["status"]) {
  return { code: { ok: StatusCode.ok, error: StatusCode.error, unended: StatusCode.unset }[status] };
}

/** The root says how the ceremony ended, and its message is the verdict; a cause that is not known is no error. */
function statusOfVerdict({ mechanism, verdict }: CeremonyDiagnosis) {
  if (mechanism === "success") return { code: StatusCode.ok };
  if (mechanism === "undecided") return { code: StatusCode.unset };
  return { code: StatusCode.error, message: printable(verdict) };
}

function verdictEntries(diagnosis: CeremonyDiagnosis) {
  const { kind, mechanism, verdict, decidedBy, marginMs, evidence, prevention, missingProbes } = diagnosis;
  const texts = (lines: readonly string[]) => (lines.length === 0 ? undefined : lines.map(printable));
  return [
    ["passkey.kind", kind],
    ["passkey.mechanism", mechanism],
    ["passkey.verdict", printable(verdict)],
    ["passkey.decided_by", decidedBy && printable(`${decidedBy.timer} of the ${decidedBy.owner}`)],
    ["passkey.margin_ms", marginMs],
    ["passkey.evidence", texts(evidence)],
    ["passkey.prevention", texts(prevention)],
    ["passkey.missing_probes", texts(missingProbes)],
  ] as const;
}

/** Ties an attempt to the one before it. */
function linksOf({ ceremony }: CeremonyDiagnosis, sheet: Sheet) {
  const all = sheet.trace.explanation.ceremonies;
  const before = all[all.findIndex((one) => one.ceremony === ceremony) - 1];
  const root = before === undefined ? undefined : sheet.roots.get(before.ceremony);
  return root === undefined ? {} : { links: [contextOf(root, sheet)] };
}

function timerSpan(sheet: Sheet): (use: TimerUse, index: number) => Owned {
  const { nano, records } = sheet;
  const decides = isDeciding(sheet.trace);
  const endMs = records.at(-1)?.atMs ?? 0;
  return (use, index) => {
    const { timer, owner, budgetMs, armedAtMs, endedAtMs = Math.max(endMs, armedAtMs), end, ceremony } = use;
    const root = ceremony === undefined ? undefined : sheet.roots.get(ceremony);
    const id = JSON.stringify(["timer", timer, index]);
    const span: OtlpSpan = {
      ...contextOf({ ceremony, id }, sheet),
      parentSpanId: contextOf({ ceremony, id: root?.id ?? RUN_SPAN }, sheet).spanId,
      name: `timer ${printable(timer)}`,
      kind: SpanKind.internal,
      startTimeUnixNano: nano(armedAtMs),
      endTimeUnixNano: nano(endedAtMs),
      attributes: attributesOf([
        ["passkey.timer", printable(timer)],
        ["passkey.budget_ms", Number.isFinite(budgetMs) ? budgetMs : "unlimited"],
        ["passkey.end", end],
        ["passkey.decided", decides(use)],
      ]),
      status: { code: end === "fired" ? StatusCode.error : StatusCode.unset },
    };
    return { actor: owner, span };
  };
}

function callSpan({ request, response, noAnswer, lost }: HttpCall, index: number, sheet: Sheet): Owned {
  const { call, ceremony, atMs, actor } = request;
  const root = ceremony === undefined ? undefined : sheet.roots.get(ceremony);
  const toMs = (response ?? noAnswer ?? lost)?.atMs ?? atMs;
  const failed = noAnswer !== undefined || (response !== undefined && response.status >= HTTP_ERROR_MIN);
  const span: OtlpSpan = {
    ...contextOf({ ceremony, id: JSON.stringify(["call", call, index]) }, sheet),
    parentSpanId: contextOf({ ceremony, id: root?.id ?? RUN_SPAN }, sheet).spanId,
    name: printable(call),
    kind: SpanKind.server,
    startTimeUnixNano: sheet.nano(atMs),
    endTimeUnixNano: sheet.nano(toMs),
    attributes: attributesOf([
      ["http.route", printable(call)],
      ["http.response.status_code", response?.status],
      ["error.type", told(response?.code ?? noAnswer?.code)],
      ["passkey.answer_lost", lost === undefined ? undefined : true],
    ]),
    status: { code: failed ? StatusCode.error : StatusCode.unset },
  };
  return { actor, span };
}

function told(text: string | undefined): string | undefined {
  return text === undefined ? undefined : printable(text);
}
