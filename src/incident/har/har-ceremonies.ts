import type { TraceEvent } from "../../core/trace.js";
import { guessOfPath } from "../call-path.js";
import type { Anchor, Asked, Episode, ImportedRecord, Stamp } from "../importer.js";
import { tagOf } from "../tags.js";
import type { FoundAnswer, FoundOptions } from "../webauthn-json/find-webauthn.js";
import type { HarCall } from "./har-call.js";

/** Stamps of HAR are whole milliseconds, and some writers cut them off. */
const PRECISION_MS = 1;
const DATE_PRECISION_MS = 1_000;
const GATEWAY_TIMEOUT = 504;
/** Errors of a call that never reached the site. */
const NEVER_SENT = /REFUSED|NAME_NOT_RESOLVED|DISCONNECTED|UNREACHABLE|CERT_|SSL_|BLOCKED/i;

/** A registration or login as the page's calls show it. */
interface Building {
  readonly id: string;
  readonly kind: "registration" | "login";
  readonly calls: { readonly call: HarCall; readonly step: "options" | "finish" | "poll" }[];
  options?: FoundOptions;
  optionsEndMs?: number;
  finishStartMs?: number;
  challenge?: string;
  asked?: Asked;
}

/** Everything that the calls say. */
export interface HarCeremonies {
  readonly episodes: readonly Episode[];
  readonly records: readonly ImportedRecord[];
  readonly anchors: readonly Anchor[];
}

/** Groups calls, in order of their beginning, into registrations and logins, by the challenge that joins them. */
export function ceremoniesOf(calls: readonly HarCall[]): HarCeremonies {
  const open: Building[] = [];
  for (const call of calls) place(call, open);
  const parts = open.map(toParts);
  return {
    episodes: parts.map(({ episode }) => episode),
    records: parts.flatMap(({ records }) => records),
    anchors: parts.flatMap(({ anchors }) => anchors),
  };
}

function place(call: HarCall, open: Building[]): void {
  const answer = call.found.find((one) => one.what === "answer");
  const options = call.found.find((one) => one.what === "options");
  if (answer !== undefined) {
    const own = openFor(answer, open) ?? begin(answer.kind, open);
    own.calls.push({ call, step: "finish" });
    own.finishStartMs ??= call.startMs;
    return;
  }
  if (options !== undefined) {
    const own = begin(options.kind, open);
    own.calls.push({ call, step: "options" });
    own.options = options;
    own.optionsEndMs = call.endMs;
    own.challenge = options.challenge;
    own.asked = options.asked;
    return;
  }
  placeByPath(call, open);
}

/** The episode whose challenge an answer signs; the last open one of its kind where the challenge cannot be read. */
function openFor(answer: FoundAnswer, open: readonly Building[]): Building | undefined {
  const byChallenge = open.findLast(
    ({ challenge }) => challenge !== undefined && challenge === answer.challenge,
  );
  if (byChallenge !== undefined) return byChallenge;
  // An answer to a challenge that no call shows: its options are older than the recording, unless it cannot be read.
  return answer.challenge === undefined
    ? open.findLast(({ kind, finishStartMs }) => kind === answer.kind && finishStartMs === undefined)
    : undefined;
}

/** A call whose bodies say nothing: options that failed, or a question for the state. */
function placeByPath(call: HarCall, open: Building[]): void {
  const known = open.findLast((one) => one.calls.some((other) => other.call.path === call.path));
  const guess = guessOfPath(call.path);
  const isFailed = call.status === 0 || call.status >= 400;
  if (guess?.step === "poll") {
    const own = open.findLast(({ kind }) => kind === guess.kind);
    own?.calls.push({ call, step: "poll" });
    return;
  }
  const optionsAgain = known?.calls.find((one) => one.call.path === call.path)?.step === "options";
  if (isFailed && (optionsAgain || guess?.step === "options"))
    begin(known?.kind ?? guess?.kind ?? "login", open).calls.push({ call, step: "options" });
}

function begin(kind: Building["kind"], open: Building[]): Building {
  const own: Building = { id: `e${open.length + 1}`, kind, calls: [] };
  open.push(own);
  return own;
}

function toParts(own: Building): {
  readonly episode: Episode;
  readonly records: readonly ImportedRecord[];
  readonly anchors: readonly Anchor[];
} {
  const client = own.calls.find(({ call }) => call.client !== undefined)?.call.client;
  return {
    episode: {
      id: own.id,
      kind: own.kind,
      at: {
        fromMs: Math.min(...own.calls.map(({ call }) => call.startMs)),
        toMs: Math.max(...own.calls.map(({ call }) => call.endMs)) + PRECISION_MS,
      },
      ...(own.options?.rp !== undefined && { rp: own.options.rp }),
      ...(own.asked !== undefined && { asked: own.asked }),
      ...(client !== undefined && { client }),
    },
    records: own.calls.flatMap((one) => recordsOf(own, one)),
    anchors: [...own.calls.flatMap((one) => callAnchors(own, one)), ...ceremonyAnchors(own)],
  };
}

/** Two calls of one millisecond differ in their path. */
const callId = ({ startMs, method, path }: HarCall) => tagOf(`${startMs} ${method} ${path}`);

const stamp = (ms: number): Stamp => ({ fromMs: ms, toMs: ms + PRECISION_MS });

function recordsOf(own: Building, { call, step }: Building["calls"][number]): readonly ImportedRecord[] {
  const name = `${own.kind}/${step}`;
  const record = (ms: number, actor: string, event: TraceEvent, derived?: string): ImportedRecord => ({
    at: stamp(ms),
    actor,
    episode: own.id,
    event,
    call: callId(call),
    ...(derived !== undefined && { derived }),
  });
  const { startMs, endMs, status, error = "", code } = call;
  if (status === 0 && NEVER_SENT.test(error))
    return [
      record(endMs, "site", {
        kind: "rp.no-answer",
        call: name,
        code: codeOfError(error),
        aftermath: "none",
      }),
    ];
  const request = record(
    startMs,
    "site",
    { kind: "rp.request", call: name },
    "the browser's own time of the call",
  );
  if (status === 0)
    return [
      request,
      record(endMs, "page", { kind: "page.call-failed", call: name }, "the call ended without an answer"),
    ];
  const id = `${own.id}:gw${startMs}`;
  if (status === GATEWAY_TIMEOUT)
    return [
      request,
      record(
        endMs,
        "gateway",
        { kind: "timer.fired", timer: "gw.idle", budgetMs: endMs - startMs, id },
        "the call was answered 504",
      ),
      record(endMs, "site", { kind: "rp.response", call: name, status, code: "GATEWAY_TIMEOUT" }),
    ];
  return [
    request,
    record(endMs, "site", {
      kind: "rp.response",
      call: name,
      status,
      ...(code !== undefined && { code }),
      ...(step === "options" && own.options !== undefined && offered(own.options)),
    }),
  ];
}

function offered({ kind, credentials, transports }: FoundOptions) {
  if (kind === "registration") return {};
  return { credentials, ...(transports.length > 0 && { transports }) };
}

/** `net::ERR_NAME_NOT_RESOLVED` becomes `NAME_NOT_RESOLVED`. */
function codeOfError(error: string): string {
  return /ERR_([A-Z_]{2,40})/.exec(error)?.[1] ?? "NO_ANSWER";
}

function callAnchors(own: Building, { call }: Building["calls"][number]): readonly Anchor[] {
  const at = { fromMs: call.startMs, toMs: call.endMs + PRECISION_MS };
  const { dateMs } = call;
  return [
    ...call.requestIds.map((tag): Anchor => ({
      kind: "request-id",
      tag,
      episode: own.id,
      at,
      relation: "around",
    })),
    {
      kind: "call",
      tag: tagOf(`${call.method} ${call.path} ${call.status}`),
      episode: own.id,
      call: callId(call),
      at,
      relation: "around",
    },
    ...(dateMs === undefined
      ? []
      : [
          {
            kind: "http-date" as const,
            tag: "date",
            episode: own.id,
            at,
            relation: "around" as const,
            other: { fromMs: dateMs, toMs: dateMs + DATE_PRECISION_MS },
          },
        ]),
  ];
}

function ceremonyAnchors(own: Building): readonly Anchor[] {
  const { options, optionsEndMs, finishStartMs, calls } = own;
  const answers = calls.flatMap(({ call }) => call.found.filter((one) => one.what === "answer"));
  const [answer] = answers;
  const anchors: Anchor[] = [];
  const after = finishStartMs === undefined ? undefined : stamp(finishStartMs);
  const before = optionsEndMs === undefined ? undefined : stamp(optionsEndMs);
  if (answer !== undefined && after !== undefined) {
    anchors.push({
      kind: "client-data",
      tag: answer.clientData,
      episode: own.id,
      at: before === undefined ? after : { fromMs: before.fromMs, toMs: after.toMs },
      relation: before === undefined ? "after" : "around",
    });
    if (answer.credential !== undefined)
      anchors.push({
        kind: "credential",
        tag: answer.credential,
        episode: own.id,
        at: after,
        relation: "after",
      });
  } else if (options !== undefined && before !== undefined) {
    const origins = calls.flatMap(({ call }) => call.origins);
    for (const tag of options.clientDataFor([...new Set(origins)]))
      anchors.push({ kind: "client-data", tag, episode: own.id, at: before, relation: "before" });
  }
  const asked = calls.find(({ call }) => call.found.some(({ what }) => what === "options"));
  // Other logs name the challenge after the call that it was made for.
  if (own.challenge !== undefined && asked !== undefined)
    anchors.push({
      kind: "challenge",
      tag: own.challenge,
      episode: own.id,
      at: stamp(asked.call.startMs),
      relation: "before",
    });
  return anchors;
}
