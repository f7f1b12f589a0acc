import type { TraceEvent } from "../../core/trace.js";

type Kind = TraceEvent["kind"];
type EventOf<K extends Kind> = TraceEvent extends infer Event
  ? Event extends { readonly kind: infer Kinds }
    ? K extends Kinds
      ? Omit<Event, "kind">
      : never
    : never
  : never;

/** Invariant in its words: a list that leaves one out fits no better than a list with one too many. */
interface Words<in out Word extends string> {
  readonly type: "word";
  readonly words: readonly Word[];
  readonly only?: (word: Word) => Word;
}

/** What a member may hold. Only strings, numbers and booleans exist in a trace. */
type MemberOf<Value> = [Value] extends [string]
  ? string extends Value
    ? { readonly type: "text" }
    : Words<Value & string>
  : [Value] extends [number]
    ? { readonly type: "number" } | { readonly type: "span" }
    : { readonly type: "flag" };

type Optional<Member> = Member & { readonly optional: true };
type Demanded<Member> = Member & { readonly optional?: never };

type MembersOf<Event> = {
  readonly [Name in keyof Event]-?: undefined extends Event[Name]
    ? Optional<MemberOf<Exclude<Event[Name], undefined>>>
    : Demanded<MemberOf<Event[Name]>>;
};

type Shape = { readonly [K in Kind]: MembersOf<EventOf<K>> };

/** One member of a record, as readers at run time and the published schema see it. */
export interface Member {
  readonly type: "text" | "number" | "span" | "flag" | "word";
  readonly words?: readonly string[];
  readonly optional?: true;
}

const text = { type: "text" } as const;
/** Finite. */
const number = { type: "number" } as const;
/** Milliseconds; without bound it is `Infinity` in a run and `null` in a stored trace. */
const span = { type: "span" } as const;
const flag = { type: "flag" } as const;
const word = <const Word extends string>(...words: readonly Word[]): Words<Word> => ({ type: "word", words });
const maybe = <M extends object>(member: M): M & { readonly optional: true } => ({
  ...member,
  optional: true,
});

const METHOD = word("create", "get");
const LINK = { link: text, reason: maybe(text) };
const TIMER = { timer: text, budgetMs: span, ceremony: maybe(text) };

/**
 * Every kind of record with its members: what the event catalogue says in types, for run time.
 *
 * Whoever adds an event to the catalogue is asked for its row here by the compiler. The published schema is
 * made from this table; `npm run docs` writes it anew.
 */
export const TRACE_SHAPE = {
  "run.started": { scenario: text, seed: text, schema: number },
  "run.ended": { outcome: word("as-expected", "unexpected", "no-expectation") },

  "ctap.request": { command: text, bytes: number },
  "ctap.keepalive": { status: word("processing", "up-needed") },
  "ctap.response": { command: text, status: text, bytes: number },
  "ctap.cancel": { command: text },
  "ctap.finding": { command: text, fault: text, offset: number },
  "ctap.discarded": { command: text, status: text },
  "ctap.u2f": { instruction: text, status: text },
  "ctap.credential": {
    change: word("created", "overwritten", "deleted", "used"),
    credential: text,
    rpId: text,
    user: text,
  },

  "link.hid": { direction: word("in", "out"), hex: text },
  "link.opened": LINK,
  "link.closed": LINK,
  "link.lost": LINK,
  "link.resynchronised": LINK,
  "link.busy": { link: text, retryMs: span },
  "link.not-found": { offered: text },
  "link.ignored": {
    link: text,
    reason: word("wrong-size", "foreign-sender", "reader-too-slow"),
    bytes: number,
  },
  "link.hybrid": {
    stage: word(
      "qr-shown",
      "qr-scanned",
      "radio-off",
      "radio-on",
      "scan-started",
      "scan-failed",
      "advert-sent",
      "advert-seen",
      "advert-foreign",
      "advert-too-long",
      "contacting",
      "phone-joined",
      "push-sent",
      "tunnel-opening",
      "tunnel-open",
      "tunnel-refused",
      "tunnel-closed",
      "channel-open",
      "channel-refused",
      "handshake",
      "ready",
      "shutdown-sent",
      "shutdown-received",
      "update",
      "linked",
      "link-gone",
      "failed",
    ),
    detail: maybe(text),
    code: maybe(text),
  },

  "user.prompted": { prompt: text },
  "user.answered": { prompt: text, answer: text },
  "user.saw": {
    where: word("page", "browser", "os", "phone", "mail", "sms"),
    text,
    tone: maybe(word("success", "failure")),
  },

  "page.called": { method: METHOD, timeoutMs: maybe(span), effectiveMs: span, ceremony: maybe(text) },
  "page.settled": {
    method: METHOD,
    outcome: word("resolved", "rejected"),
    name: maybe(text),
    reason: maybe(text),
    ceremony: maybe(text),
  },
  "page.gave-up": { method: METHOD, aborted: flag, ceremony: maybe(text) },
  "page.call-failed": { call: text, ceremony: text },
  "page.threw": { ceremony: text },
  "page.closed": { reason: word("program-quit") },

  "rp.request": { call: text, ceremony: text },
  "rp.response": {
    call: text,
    ceremony: text,
    status: number,
    code: maybe(text),
    credentials: maybe(text),
    transports: maybe(text),
  },
  "rp.row": { credential: text, change: word("created", "deleted", "visible"), ceremony: maybe(text) },
  "rp.flag": { flag: text, value: flag },
  "rp.mail": { subject: text, stage: word("queued", "sent", "delivered") },
  "rp.login": { outcome: word("accepted", "refused"), ceremony: text, reason: maybe(text) },

  "rp.attached": { origin: text, probes: text },
  "rp.probe": {
    probe: word("credentials"),
    outcome: word("answered", "failed"),
    credentials: maybe(text),
    detail: maybe(text),
  },
  "rp.no-answer": { call: text, ceremony: text, code: text, aftermath: word("none", "unknown") },

  "factor.code": {
    factor: text,
    ceremony: text,
    number,
    change: word(
      "issued",
      "sent-again",
      "voided",
      "undeliverable",
      "arrived",
      "filtered",
      "found",
      "relayed",
      "opened-by-scanner",
    ),
    detail: maybe(text),
  },
  "factor.attempt": {
    factor: text,
    ceremony: text,
    outcome: word("accepted", "refused"),
    reason: maybe(text),
    failures: number,
  },
  "factor.lock": { change: word("locked", "extended", "ended"), failures: number, budgetMs: span },
  "factor.enrolment": {
    factor: text,
    change: word("enrolled", "revoked", "kept", "linked"),
    by: word("owner", "support"),
  },

  "timer.armed": TIMER,
  "timer.disarmed": TIMER,
  "timer.fired": TIMER,

  "fault.injected": { rule: text, effect: text },
} satisfies Shape;

/** The row of a kind, or `undefined` when there is no such kind. */
export function membersOf(kind: string): Readonly<Record<string, Member>> | undefined {
  return Object.hasOwn(TRACE_SHAPE, kind) ? TRACE_SHAPE[kind as Kind] : undefined;
}
