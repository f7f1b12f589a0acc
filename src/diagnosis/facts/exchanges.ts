import type { TraceRecord } from "../../core/trace.js";

/** One CTAP command and what came of it. */
export interface CtapCommandFact {
  readonly command: string;
  readonly span: string;
  readonly askedAtMs: number;
  readonly answeredAtMs?: number;
  /** What the authenticator's platform said, where it told the client less. */
  readonly status?: string;
  /** When the client stopped waiting for it, whether answered or not. */
  readonly spanEndedAtMs?: number;
  /** The answer came when its asker had gone. */
  readonly discarded?: boolean;
}

/** Says whether an authenticator refused a command whose asker still waited; an answer to a CANCEL refuses nothing. */
export function isRefusal({ status, discarded }: CtapCommandFact): boolean {
  return status !== undefined && status !== "OK" && status !== "KEEPALIVE_CANCEL" && discarded !== true;
}

type Building = { -readonly [Member in keyof CtapCommandFact]: CtapCommandFact[Member] };

/**
 * Pairs the commands of one ceremony with their answers by span: that of the exchange, or that of the request it is
 * a part of, where a link that outlived the exchange recorded the answer.
 *
 * @param settledAtMs when the page's promise settled. An answer that was only recorded at the device after that is
 *   discarded: the device cannot know that its asker had gone.
 */
export function exchangesOf(
  records: readonly TraceRecord[],
  settledAtMs: number | undefined,
): readonly CtapCommandFact[] {
  const exchanges: Building[] = [];
  const bySpanOfItsOwn = new Map<string, Building>();
  const masked: Extract<TraceRecord, { readonly kind: "ctap.masked" }>[] = [];
  const parents = new Map<string, string>();
  const bySpan = new Map<string, Building[]>();
  for (const record of records) {
    if (record.kind === "span.started") parents.set(record.span, record.parent);
    if (record.kind === "ctap.request") {
      const exchange: Building = { command: record.command, span: record.span, askedAtMs: record.atMs };
      exchanges.push(exchange);
      bySpanOfItsOwn.set(record.span, exchange);
      for (const span of [record.span, parents.get(record.span)]) {
        if (span !== undefined) bySpan.set(span, [...(bySpan.get(span) ?? []), exchange]);
      }
    }
    if (record.kind === "ctap.response" || record.kind === "ctap.discarded") answer(bySpan, record);
    if (record.kind === "ctap.masked") masked.push(record);
    if (record.kind === "span.ended") {
      const ended = bySpanOfItsOwn.get(record.span);
      if (ended !== undefined) ended.spanEndedAtMs = record.atMs;
    }
  }
  for (const { command, status, told, atMs } of masked) {
    const exchange = exchanges.find(
      (one) => one.command === command && one.status === told && (one.answeredAtMs ?? -1) >= atMs,
    );
    if (exchange !== undefined) exchange.status = status;
  }
  for (const exchange of exchanges) {
    if ((exchange.answeredAtMs ?? 0) > (settledAtMs ?? Infinity)) exchange.discarded = true;
  }
  return exchanges;
}

function answer(
  bySpan: ReadonlyMap<string, readonly Building[]>,
  record: Extract<TraceRecord, { readonly kind: "ctap.response" | "ctap.discarded" }>,
): void {
  const asked = (bySpan.get(record.span) ?? []).filter(({ command }) => command === record.command);
  const discarded = record.kind === "ctap.discarded";
  // An answer may be read off the wire first and discarded by its asker afterwards.
  const exchange = asked.find(({ status }) => status === undefined) ?? (discarded ? asked.at(-1) : undefined);
  if (exchange === undefined) return;
  exchange.answeredAtMs = record.atMs;
  exchange.status = record.status;
  exchange.discarded = discarded;
}
