import type { Clock } from "./clock.js";
import { RUN_SPAN, type TraceContext } from "./events/frame.js";
import type { SpanName, SpanStatus } from "./events/span.js";
import type { TraceEvent, TraceRecord } from "./events/table.js";

export type { RecordFrame, TraceContext } from "./events/frame.js";
export { RUN_SPAN } from "./events/frame.js";
export type { SpanName, SpanStatus } from "./events/span.js";
export type { TraceEvent, TraceRecord } from "./events/table.js";

export interface TraceSink {
  write(record: TraceRecord): void;
}

/** What a span is opened with. */
export interface SpanStart {
  readonly name: SpanName;
  /** What the span is about: `registration`, `create`, `makeCredential`, the label of a link. */
  readonly label: string;
  /**
   * Only for `name: "ceremony"`: the id of a ceremony that has begun elsewhere, which this span is a part of;
   * a new id when absent.
   */
  readonly ceremony?: string | undefined;
}

/** One opened span. */
export interface Span {
  /** Records emitted here belong to the span. */
  readonly trace: Trace;
  /** Closes the span; a second call does nothing. */
  end(status: SpanStatus): void;
}

/** Records what actors do, each record in the span that it belongs to. */
export interface Trace {
  /** The span and the ceremony that records emitted here belong to. Plain JSON: it may be handed to another actor. */
  readonly context: TraceContext;
  emit(event: TraceEvent): void;
  /** Returns the same trace and span, recorded by another actor. */
  as(actor: string): Trace;
  /** Returns the same actor's trace in the span of a caller; `undefined` keeps the span. */
  in(context: TraceContext | undefined): Trace;
  /** Opens a child of the current span. */
  startSpan(start: SpanStart): Span;
  /** Returns an id for one use of a timer, unique in the trace. */
  nextTimerId(): string;
}

/** What all actors of one trace share. */
interface TraceOrigin {
  readonly clock: Clock;
  readonly sink: TraceSink;
  readonly startMs: number;
  spans: number;
  ceremonies: number;
  timers: number;
}

/**
 * Starts a trace whose `atMs` counts from now, at the root span {@link RUN_SPAN}.
 *
 * Ids of spans (`s1`, `s2`, ...) and ceremonies (`c1`, `c2`, ...) count up from one, so that a seed gives the same ids.
 */
export function startTrace(clock: Clock, sink: TraceSink, actor = "harness"): Trace {
  const origin = { clock, sink, startMs: clock.nowMs(), spans: 0, ceremonies: 0, timers: 0 };
  return new SinkTrace(origin, actor, { span: RUN_SPAN });
}

class SinkTrace implements Trace {
  readonly context: TraceContext;
  readonly #origin: TraceOrigin;
  readonly #actor: string;

  constructor(origin: TraceOrigin, actor: string, context: TraceContext) {
    this.#origin = origin;
    this.#actor = actor;
    this.context = context;
  }

  emit(event: TraceEvent): void {
    const { clock, sink, startMs } = this.#origin;
    sink.write({ atMs: clock.nowMs() - startMs, actor: this.#actor, ...this.context, ...event });
  }

  as(actor: string): Trace {
    return new SinkTrace(this.#origin, actor, this.context);
  }

  in(context: TraceContext | undefined): Trace {
    return context === undefined ? this : new SinkTrace(this.#origin, this.#actor, context);
  }

  startSpan({ name, label, ceremony }: SpanStart): Span {
    const origin = this.#origin;
    const span = `s${(origin.spans += 1)}`;
    const known = name === "ceremony" ? (ceremony ?? `c${(origin.ceremonies += 1)}`) : this.context.ceremony;
    const trace = this.in(known === undefined ? { span } : { span, ceremony: known });
    trace.emit({ kind: "span.started", name, label, parent: this.context.span });
    let isOpen = true;
    return {
      trace,
      end(status) {
        if (isOpen) trace.emit({ kind: "span.ended", status });
        isOpen = false;
      },
    };
  }

  nextTimerId(): string {
    return `t${(this.#origin.timers += 1)}`;
  }
}

/** Drops every record. */
export const nullSink: TraceSink = { write: () => {} };

/**
 * Keeps every record, in order.
 *
 * @example
 * const sink = new MemorySink();
 * const env = systemEnv(sink);
 * // ... sink.records
 */
export class MemorySink implements TraceSink {
  readonly records: TraceRecord[] = [];

  write(record: TraceRecord): void {
    this.records.push(record);
  }
}

/**
 * Writes one JSON document a line, the form `replay` reads.
 *
 * @param writeLine called with each record as one line of JSON, without the line break.
 * @returns a sink for `systemEnv` or `virtualEnv`.
 *
 * @example
 * const env = systemEnv(jsonLinesSink((line) => appendFileSync("trace.jsonl", `${line}\n`)));
 */
export function jsonLinesSink(writeLine: (line: string) => void): TraceSink {
  return { write: (record) => writeLine(JSON.stringify(record)) };
}
