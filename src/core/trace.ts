import type { Clock } from "./clock.js";

/** Which span and ceremony something belongs to, as OpenTelemetry's span context. */
export interface TraceContext {
  /** Id of the span, unique in its trace. */
  readonly span: string;
  /** Id of the ceremony the span is a part of; absent for what belongs to no ceremony. */
  readonly ceremony?: string;
}

/**
 * Kinds of spans, from the outside in: one registration, login or fallback attempt; one call of
 * `navigator.credentials`; one CTAP command and its answer; one connection to an authenticator.
 */
export type SpanName = "ceremony" | "request" | "exchange" | "link";

export type SpanStatus = "ok" | "error";

/**
 * Everything that can happen in this house, in one list, by layer. Reports are folds over it.
 *
 * Only strings, numbers and booleans, so that a sink can write JSON lines without thinking. Secrets
 * never enter: no PIN, token, key or QR secret. `credential` is always a {@link credentialTag}.
 */
export type TraceEvent =
  // run: what this trace is of; the first and the last line.
  | {
      readonly kind: "run.started";
      readonly scenario: string;
      readonly seed: string;
      readonly schema: number;
    }
  | { readonly kind: "run.ended"; readonly outcome: "as-expected" | "unexpected" | "no-expectation" }

  // span: the tree that records belong to. `span` in the record is the id of the span that starts or ends.
  | {
      readonly kind: "span.started";
      readonly name: SpanName;
      readonly label: string;
      readonly parent: string;
    }
  | { readonly kind: "span.ended"; readonly status: SpanStatus }

  // ctap: messages at the device seam, and what an authenticator did to its store.
  | { readonly kind: "ctap.request"; readonly command: string; readonly bytes: number }
  | { readonly kind: "ctap.keepalive"; readonly status: "processing" | "up-needed" }
  | {
      readonly kind: "ctap.response";
      readonly command: string;
      readonly status: string;
      readonly bytes: number;
    }
  | { readonly kind: "ctap.cancel"; readonly command: string }
  /** The device broke a rule of the encoding and the run went on all the same. */
  | {
      readonly kind: "ctap.finding";
      readonly command: string;
      readonly fault: string;
      readonly offset: number;
    }
  /** An answer that came after its asker had gone. */
  | { readonly kind: "ctap.discarded"; readonly command: string; readonly status: string }
  /** A U2F key was asked something; told again only when it answers otherwise. `status` names the status word. */
  | { readonly kind: "ctap.u2f"; readonly instruction: string; readonly status: string }
  | {
      readonly kind: "ctap.credential";
      readonly change: "created" | "overwritten" | "deleted" | "used";
      readonly credential: string;
      readonly rpId: string;
      /** Credential ids are per account: the tag of the user handle tells two accounts apart. */
      readonly user: string;
    }

  // link: below the seam.
  /** `hex` is the report header; the whole report only where the caller asked for frames. */
  | { readonly kind: "link.hid"; readonly direction: "in" | "out"; readonly hex: string }
  | {
      readonly kind: "link.opened" | "link.closed" | "link.lost" | "link.resynchronised";
      readonly link: string;
      readonly reason?: string;
    }
  | {
      readonly kind: "link.busy";
      readonly link: string;
      readonly retryMs: number;
    }
  /** No authenticator within reach: the ways the sheet offered, joined by a comma. */
  | { readonly kind: "link.not-found"; readonly offered: string }
  /** Something arrived that the link cannot carry, or could not be handed on; it was left out. */
  | {
      readonly kind: "link.ignored";
      readonly link: string;
      readonly reason: "wrong-size" | "foreign-sender" | "reader-too-slow";
      readonly bytes: number;
    }
  | {
      readonly kind: "link.hybrid";
      readonly stage:
        | "qr-shown"
        | "qr-scanned"
        | "radio-off"
        | "radio-on"
        | "scan-started"
        | "scan-failed"
        | "advert-sent"
        | "advert-seen"
        | "advert-foreign"
        | "advert-too-long"
        | "contacting"
        | "phone-joined"
        | "push-sent"
        | "tunnel-opening"
        | "tunnel-open"
        | "tunnel-refused"
        | "tunnel-closed"
        | "channel-open"
        | "channel-refused"
        | "handshake"
        | "ready"
        | "shutdown-sent"
        | "shutdown-received"
        | "update"
        | "linked"
        | "link-gone"
        | "failed";
      /** HTTP status, WebSocket close code or a short reason; never a key, id or secret. */
      readonly detail?: string;
      /** Tag of the QR code: the same for who shows it and who scans it, and of no use to anybody else. */
      readonly code?: string;
    }

  // user: the person.
  | { readonly kind: "user.prompted"; readonly prompt: string }
  | { readonly kind: "user.answered"; readonly prompt: string; readonly answer: string }
  /** Text or mail the person got to see. */
  | {
      readonly kind: "user.saw";
      readonly where: "page" | "browser" | "os" | "phone" | "mail" | "sms";
      readonly text: string;
      /** What the text told them; absent when it only asked for something. */
      readonly tone?: "success" | "failure";
    }

  // page: script and browser.
  | {
      readonly kind: "page.called";
      readonly method: "create" | "get";
      readonly timeoutMs?: number;
      readonly effectiveMs: number;
    }
  | {
      readonly kind: "page.settled";
      readonly method: "create" | "get";
      readonly outcome: "resolved" | "rejected";
      readonly name?: string;
      readonly reason?: string;
    }
  | {
      readonly kind: "page.gave-up";
      readonly method: "create" | "get";
      readonly aborted: boolean;
    }

  /** The site answered and the page never heard it: its own call ended without an answer. */
  | { readonly kind: "page.call-failed"; readonly call: string }
  /** The page's script broke down after its call had been answered. */
  | { readonly kind: "page.threw" }
  /** The browser ended with all its pages; what it had asked for is nobody's any more. */
  | { readonly kind: "page.closed"; readonly reason: "program-quit" }

  // rp: the site, its gateway, its mail.
  | {
      readonly kind: "rp.request";
      readonly call: string;
      /** Which of the site's accounts the call is about: `a1`, `a2`, ... in the order in which the site met them. */
      readonly account?: string;
    }
  | {
      readonly kind: "rp.response";
      readonly call: string;
      readonly status: number;
      readonly code?: string;
      /** Tags of the credentials that login options offered, joined by a comma. */
      readonly credentials?: string;
      /** Every transport they were offered with, joined by a comma; absent when none was named. */
      readonly transports?: string;
    }
  | {
      readonly kind: "rp.row";
      readonly credential: string;
      readonly change: "created" | "deleted" | "visible";
    }
  | { readonly kind: "rp.flag"; readonly flag: string; readonly value: boolean }
  | { readonly kind: "rp.mail"; readonly subject: string; readonly stage: "queued" | "sent" | "delivered" }
  | {
      readonly kind: "rp.login";
      readonly outcome: "accepted" | "refused";
      readonly reason?: string;
    }

  /** A real site takes the simulated one's place; what it can be asked about itself, joined by a comma. */
  | { readonly kind: "rp.attached"; readonly origin: string; readonly probes: string }
  /** The harness asked a real site which credentials it holds: their tags, joined by a comma. */
  | {
      readonly kind: "rp.probe";
      readonly probe: "credentials";
      readonly outcome: "answered" | "failed";
      readonly credentials?: string;
      /** HTTP status, or the code of the error that took the answer's place. */
      readonly detail?: string;
    }
  /** A call to a real site ended without an answer; with aftermath `unknown` the site may have acted on it. */
  | {
      readonly kind: "rp.no-answer";
      readonly call: string;
      readonly code: string;
      readonly aftermath: "none" | "unknown";
    }

  // factor: the ways in beside the passkey. Codes go by their number in the attempt, never by their digits.
  | {
      readonly kind: "factor.code";
      readonly factor: string;
      readonly number: number;
      readonly change:
        | "issued"
        | "sent-again"
        | "voided"
        | "undeliverable"
        | "arrived"
        | "filtered"
        | "found"
        | "relayed"
        | "opened-by-scanner";
      /** Which way it went: `landline`, `spouse`, ... */
      readonly detail?: string;
    }
  /** The site judged what was typed; `failures` is its counter afterwards. */
  | {
      readonly kind: "factor.attempt";
      readonly factor: string;
      readonly outcome: "accepted" | "refused";
      readonly reason?: string;
      readonly failures: number;
    }
  | {
      readonly kind: "factor.lock";
      readonly change: "locked" | "extended" | "ended";
      readonly failures: number;
      readonly budgetMs: number;
    }
  | {
      readonly kind: "factor.enrolment";
      readonly factor: string;
      readonly change: "enrolled" | "revoked" | "kept" | "linked";
      readonly by: "owner" | "support";
    }

  // timer: every budget, with its owner in `actor`; emitted by core/timer.ts alone.
  /** `id` tells apart two uses of one timer. */
  | {
      readonly kind: "timer.armed" | "timer.disarmed" | "timer.fired";
      readonly timer: string;
      readonly budgetMs: number;
      readonly id: string;
    }

  // fault: what was done to the run on purpose.
  | { readonly kind: "fault.injected"; readonly rule: string; readonly effect: string };

/** What every record says beside its event. */
export interface RecordFrame extends TraceContext {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  /** The party that recorded it: `browser`, `site`, `key`, ... */
  readonly actor: string;
}

export type TraceRecord = TraceEvent & RecordFrame;

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

/** Id of the span that holds all others: the run itself. */
export const RUN_SPAN = "run";

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

/** Keeps every record, in order. */
export class MemorySink implements TraceSink {
  readonly records: TraceRecord[] = [];

  write(record: TraceRecord): void {
    this.records.push(record);
  }
}

/** Writes one JSON document a line, the form `replay` reads. */
export function jsonLinesSink(writeLine: (line: string) => void): TraceSink {
  return { write: (record) => writeLine(JSON.stringify(record)) };
}
