import { printable } from "../../core/printable.js";
import { RUN_SPAN, type SpanName, type SpanStatus, type TraceRecord } from "../../core/trace.js";

/** One span of a trace. */
export interface SpanNode {
  readonly id: string;
  readonly name: SpanName;
  readonly label: string;
  /** Id of a span that is in the tree; absent for a root: a ceremony, or what belongs to the run. */
  readonly parent?: string;
  readonly ceremony?: string;
  readonly actor: string;
  readonly fromMs: number;
  /** Its end; where the trace does not show that, the last moment of what it holds. */
  readonly toMs: number;
  readonly status: SpanStatus | "unended";
  /** No record says that the span began: it stands for a ceremony whose records name no span. */
  readonly assumed?: true;
}

type Draft = { -readonly [Name in keyof SpanNode]: SpanNode[Name] } & { declaredParent?: string };

/**
 * Builds the tree of spans. Each ceremony has exactly one root: the first span of the name `ceremony`, or an assumed one
 * where the trace has none, as traces of schema 1 and parts of traces.
 */
export function spanTreeOf(records: readonly TraceRecord[]): readonly SpanNode[] {
  const spans = new Map<string, Draft>();
  const roots = new Map<string, Draft>();
  for (const record of records) {
    if (record.kind === "span.started") openSpan(record, spans, roots);
    const { ceremony } = record;
    if (ceremony !== undefined && record.kind !== "span.ended") extendRoot(ceremony, record, spans, roots);
    const own = spans.get(record.span);
    if (own === undefined || own.status !== "unended") continue;
    own.toMs = Math.max(own.toMs, record.atMs);
    if (record.kind === "span.ended") own.status = record.status;
  }
  return [...spans.values()].map((span) => finished(span, spans, roots));
}

/** The id of a ceremony's root, as {@link spanTreeOf} gives it, from the id of its records. */
export function rootsByCeremony(spans: readonly SpanNode[]): ReadonlyMap<string, SpanNode> {
  return new Map(
    spans.flatMap((span) =>
      span.ceremony !== undefined && span.parent === undefined ? [[span.ceremony, span] as const] : [],
    ),
  );
}

type Started = Extract<TraceRecord, { readonly kind: "span.started" }>;

function openSpan(record: Started, spans: Map<string, Draft>, roots: Map<string, Draft>): void {
  const { span: id, name, label, parent, ceremony, actor, atMs } = record;
  if (spans.has(id) || id === RUN_SPAN) return;
  const span: Draft = {
    id,
    name,
    label: printable(label),
    declaredParent: parent,
    ...(ceremony !== undefined && { ceremony }),
    actor,
    fromMs: atMs,
    toMs: atMs,
    status: "unended",
  };
  spans.set(id, span);
  const root = ceremony === undefined ? undefined : roots.get(ceremony);
  if (name !== "ceremony" || ceremony === undefined || (root !== undefined && root.assumed !== true)) return;
  if (root !== undefined) {
    spans.delete(root.id);
    span.fromMs = Math.min(span.fromMs, root.fromMs);
  }
  roots.set(ceremony, span);
}

function extendRoot(
  ceremony: string,
  { actor, atMs }: TraceRecord,
  spans: Map<string, Draft>,
  roots: Map<string, Draft>,
): void {
  const root = roots.get(ceremony);
  if (root !== undefined) {
    if (root.status === "unended") root.toMs = Math.max(root.toMs, atMs);
    return;
  }
  const id = `ceremony ${ceremony}`;
  const assumed: Draft = {
    id,
    name: "ceremony",
    label: "ceremony",
    ceremony,
    actor,
    fromMs: atMs,
    toMs: atMs,
    status: "unended",
    assumed: true,
  };
  spans.set(id, assumed);
  roots.set(ceremony, assumed);
}

function finished(
  { declaredParent, ...span }: Draft,
  spans: ReadonlyMap<string, Draft>,
  roots: ReadonlyMap<string, Draft>,
): SpanNode {
  const root = span.ceremony === undefined ? undefined : roots.get(span.ceremony);
  if (root !== undefined && root.id === span.id) return span;
  const declared = declaredParent === undefined ? undefined : spans.get(declaredParent);
  // A parent of another ceremony, or a span that is its own ancestor, would break the tree.
  const fits =
    declared !== undefined && declared.ceremony === span.ceremony && !isBelow(declared, span.id, spans);
  const parent = fits ? declared.id : root?.id;
  return parent === undefined ? span : { ...span, parent };
}

function isBelow(span: Draft, ancestor: string, spans: ReadonlyMap<string, Draft>): boolean {
  const seen = new Set<string>();
  for (let at: Draft | undefined = span; at !== undefined && !seen.has(at.id);) {
    if (at.id === ancestor) return true;
    seen.add(at.id);
    at = at.declaredParent === undefined ? undefined : spans.get(at.declaredParent);
  }
  return false;
}
