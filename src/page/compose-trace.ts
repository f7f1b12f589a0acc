import { fromBase64url } from "../core/bytes.js";
import { credentialTag } from "../core/credential-tag.js";
import { RUN_SPAN, type TraceContext, type TraceEvent, type TraceRecord } from "../core/trace.js";
import type { BridgedCall } from "./bridge.js";
import type { HttpSeen, Observations, Seen, TimerSeen } from "./observations.js";

export interface ComposeInput {
  readonly records: readonly TraceRecord[];
  readonly calls: readonly BridgedCall[];
  readonly seen: Observations;
}

/** How long before a call of `navigator.credentials` a press of a button may be what led to it, in milliseconds. */
const CLICK_BEFORE_MS = 30_000;

/** From this HTTP status on an answer accepts nothing. */
const HTTP_REFUSED_MIN = 300;

/** One call of the page's, with what of the page and its site belongs to it. */
interface Story {
  readonly call: BridgedCall;
  readonly context: TraceContext;
  readonly options: HttpSeen | undefined;
  readonly finishes: readonly HttpSeen[];
  /** When the user pressed the button, or the page began by itself. */
  readonly began: Seen;
}

interface Placed {
  readonly record: TraceRecord;
  readonly position: number;
}

/**
 * Makes one trace of what the harness recorded and of what was seen of the page and its site. Pure.
 *
 * The page's calls to its site are recognised by what they carry: the one whose answer holds the challenge gave the
 * options, and one whose body holds the new credential's id is the finish call. A timer of the page that runs while a
 * ceremony does, and at whose end the page tells of a failure or aborts, is its guard. Bodies do not enter the trace.
 */
export function composeTrace({ records, calls, seen }: ComposeInput): readonly TraceRecord[] {
  const stories = calls.map((call) => storyOf(call, calls, { records, seen }));
  const placed = [
    ...records.flatMap((record, position) => withEnd(withBeginning({ record, position }, stories), stories)),
    ...stories.flatMap(siteRecords),
    ...guardRecords(stories, seen),
    ...wordRecords(stories, seen),
  ];
  return placed
    .sort((a, b) => a.record.atMs - b.record.atMs || a.position - b.position)
    .map(({ record }) => record);
}

function storyOf(
  call: BridgedCall,
  calls: readonly BridgedCall[],
  { records, seen }: Pick<ComposeInput, "records" | "seen">,
): Story {
  const { http, inputs, words } = seen;
  const span = records.find(
    (record) =>
      record.kind === "span.started" && record.name === "ceremony" && record.ceremony === call.ceremony,
  );
  const options = http.findLast(
    ({ ended }) =>
      ended !== undefined && ended.atMs <= call.atMs && ended.responseBody.includes(call.challenge),
  );
  const { id } = call;
  const calledAt = records.indexOf(span as TraceRecord);
  // One passkey signs more than once: what is posted belongs to the answer before it.
  const from = answeredAt(call, records) ?? calledAt;
  const to = Math.min(
    ...calls
      .filter((other) => other !== call && other.id === id)
      .map((other) => answeredAt(other, records) ?? Infinity)
      .filter((position) => position > from),
  );
  const finishes = http.filter(
    ({ started: { position }, requestBody }) =>
      id !== undefined && requestBody.includes(id) && position >= from && position < to,
  );
  const first = options?.started ?? { atMs: call.atMs, position: calledAt };
  const click = inputs.findLast(({ atMs }) => atMs <= first.atMs && atMs >= first.atMs - CLICK_BEFORE_MS);
  const context = { span: span?.span ?? RUN_SPAN, ceremony: call.ceremony };
  return {
    call,
    context,
    options: options && endedBefore(options, [{ atMs: call.atMs, position: calledAt }]),
    finishes: finishes.map((finish) => endedBefore(finish, words)),
    began: click ?? first,
  };
}

/** Position of the record with which a call of `navigator.credentials` was over; `undefined` while it is not. */
function answeredAt({ ceremony }: BridgedCall, records: readonly TraceRecord[]): number | undefined {
  const at = records.findIndex((record) => record.kind === "page.settled" && record.ceremony === ceremony);
  return at < 0 ? undefined : at;
}

/**
 * Puts the end of a call before what the page made of its answer at the same instant: a driver tells of answers later than
 * the page gets them, and how much later depends on the machine.
 */
function endedBefore(call: HttpSeen, effects: readonly Seen[]): HttpSeen {
  const { started, ended } = call;
  if (ended === undefined) return call;
  const after = effects.filter(({ atMs, position }) => atMs === ended.atMs && position >= started.position);
  const position = Math.min(ended.position, ...after.map((effect) => effect.position - 0.25));
  return { ...call, ended: { ...ended, position: Math.max(position, started.position) } };
}

/** A ceremony begins when its user does, which is before the call of `navigator.credentials`. */
function withBeginning({ record, position }: Placed, stories: readonly Story[]): Placed {
  const story = stories.find(({ call }) => call.ceremony === record.ceremony);
  if (story === undefined || record.kind !== "span.started" || record.name !== "ceremony")
    return { record, position };
  const { atMs, position: first } = story.began;
  return {
    record: { ...record, atMs: Math.min(atMs, record.atMs) },
    position: Math.min(first - 1, position),
  };
}

/** A ceremony ends when its page has the site's last answer, or with the promise where nothing is sent to the site. */
function withEnd(placed: Placed, stories: readonly Story[]): readonly Placed[] {
  const { record, position } = placed;
  if (record.kind !== "span.ended") return [placed];
  const story = stories.find(({ context }) => context.span === record.span);
  const last = story?.finishes.at(-1);
  if (last === undefined) return [placed];
  const { ended } = last;
  if (ended === undefined) return [];
  const status = ended.status !== undefined && ended.status < HTTP_REFUSED_MIN ? "ok" : "error";
  const atMs = Math.max(record.atMs, ended.atMs);
  return [{ record: { ...record, atMs, status }, position: Math.max(position, ended.position + 0.125) }];
}

function siteRecords({ call, context, options, finishes }: Story): readonly Placed[] {
  const kind = call.method === "create" ? "registration" : "login";
  const credentials = call.offered.map((id) => credentialTag(fromBase64url(id)));
  return [
    ...(options
      ? httpRecords(options, context, { call: `${kind}/options`, ...(kind === "login" && { credentials }) })
      : []),
    ...finishes.flatMap((finish) => [
      ...httpRecords(finish, context, { call: `${kind}/finish` }),
      ...(kind === "login" ? loginRecords(finish, context) : []),
    ]),
  ];
}

function httpRecords(
  { started, ended }: HttpSeen,
  context: TraceContext,
  answer: { readonly call: string; readonly credentials?: readonly string[] },
): readonly Placed[] {
  const { call } = answer;
  const request = place(started, "site", context, { kind: "rp.request", call });
  if (ended === undefined) return [request];
  const { status } = ended;
  if (status !== undefined)
    return [request, place(ended, "site", context, { kind: "rp.response", ...answer, status })];
  const failed = { kind: "rp.no-answer", call, code: "NO_ANSWER", aftermath: "unknown" } as const;
  return [
    request,
    place(ended, "site", context, failed),
    place(ended, "page", context, { kind: "page.call-failed", call }),
  ];
}

function loginRecords({ ended }: HttpSeen, context: TraceContext): readonly Placed[] {
  if (ended?.status === undefined) return [];
  const outcome = ended.status < HTTP_REFUSED_MIN ? "accepted" : "refused";
  return [place(ended, "site", context, { kind: "rp.login", outcome })];
}

/** The timers of the page that ran while a ceremony did. */
function guardRecords(stories: readonly Story[], seen: Observations): readonly Placed[] {
  const armed = seen.timers.filter(({ step }) => step === "armed");
  return armed.flatMap((timer) => {
    const story = stories.find(
      ({ began, call }) => timer.atMs >= began.atMs && timer.atMs <= (call.endedAtMs ?? Infinity),
    );
    if (story === undefined) return [];
    const end = seen.timers.find(
      (one) => one.step !== "armed" && one.id === timer.id && one.document === timer.document,
    );
    return timerRecords(timer, end, { story, seen });
  });
}

function timerRecords(
  armed: TimerSeen,
  end: TimerSeen | undefined,
  { story, seen }: { readonly story: Story; readonly seen: Observations },
): readonly Placed[] {
  const { call, context } = story;
  const isFired = end?.step === "fired";
  const aborted = isFired && call.aborted === true && call.endedAtMs === end.atMs;
  const told = isFired && seen.words.some(({ atMs, tone }) => atMs === end.atMs && tone === "failure");
  const isGuard = end === undefined || !isFired || aborted || told;
  const timer = {
    timer: isGuard ? "page.guard" : "page.timer",
    budgetMs: armed.delayMs,
    id: `${armed.document}-${armed.id}`,
  };
  const records = [place(armed, "page", context, { kind: "timer.armed", ...timer })];
  if (end === undefined) return records;
  records.push(place(end, "page", context, { kind: isFired ? "timer.fired" : "timer.disarmed", ...timer }));
  if (aborted || told)
    records.push(place(end, "page", context, { kind: "page.gave-up", method: call.method, aborted }));
  return records;
}

function wordRecords(stories: readonly Story[], { words }: Observations): readonly Placed[] {
  return words.map((word) => {
    const { text, tone } = word;
    const story = stories.findLast(({ began }) => began.atMs <= word.atMs);
    return place(word, "page", story?.context ?? { span: RUN_SPAN }, {
      kind: "user.saw",
      where: "page",
      text,
      tone,
    });
  });
}

function place(seen: Seen, actor: string, context: TraceContext, event: TraceEvent): Placed {
  const frame = { atMs: seen.atMs, actor, ...context };
  // A record is its frame and its event.
  return { record: { ...frame, ...event }, position: seen.position };
}
