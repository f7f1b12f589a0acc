import type { TraceRecord } from "../../core/trace.js";
import { HarnessError } from "../../core/errors.js";
import type { KnobName, KnobOverrides } from "../../sim/knobs/knobs.js";
import { effectiveTimeoutMs } from "../../webauthn/profiles/client-profile.js";
import { CLIENT_PROFILES } from "../../webauthn/profiles/client-profiles.js";

/** A trace holds no ceremony that could be played again. */
export class RecordingError extends HarnessError<
  /** Thrown when no page called `navigator.credentials` in the trace. */
  | "RECORDING_NO_CEREMONY"
  /** Thrown when no authenticator was asked for anything: there is no time to measure. */
  | "RECORDING_NO_EXCHANGE"
  /** Thrown for a change of something that the recorded session does not have, such as a phone. */
  | "RECORDING_CHANGE_UNKNOWN"
> {}

/** How a page's promise ended. */
export interface PromiseEnd {
  readonly outcome: "resolved" | "rejected" | "pending";
  readonly name?: string;
}

/** One ceremony of a recording, as the knobs of a simulated world that has the same times. */
export interface MeasuredSession {
  readonly method: "create" | "get";
  readonly road: "hid" | "hybrid";
  /** What was measured, in milliseconds where it is a time. */
  readonly knobs: KnobOverrides;
  /** What the recording does not tell and the simulation therefore assumes, one sentence each. */
  readonly assumed: readonly string[];
  readonly promise: PromiseEnd;
}

type Of<Kind extends TraceRecord["kind"]> = Extract<TraceRecord, { readonly kind: Kind }>;

/** What the simulated phone and its radio take beside the user, as their knobs have it. */
const PHONE_OWN_MS = 250 + 300;

/** How long most keys wait for a gesture, and what is assumed of one that waits longer. */
const ORDINARY_PATIENCE_MS = 30_000;
const LONG_PATIENCE_MS = 300_000;
/** What Android gives the request of a phone. */
const PHONE_PLATFORM_MS = 60_000;

const TIMED_OUT: readonly string[] = ["USER_ACTION_TIMEOUT", "ACTION_TIMEOUT"];

/**
 * Measures the last ceremony of a trace.
 *
 * @throws {RecordingError} `RECORDING_NO_CEREMONY`, `RECORDING_NO_EXCHANGE`
 */
export function measureSession(records: readonly TraceRecord[]): MeasuredSession {
  const called = records.findLast((record) => record.kind === "page.called");
  if (called === undefined) {
    throw new RecordingError("RECORDING_NO_CEREMONY", "no page asks for a passkey in this trace", {
      hint: "passkey-harness register --record FILE writes one that can be played again",
    });
  }
  const own = records.filter((record) => "ceremony" in record && record.ceremony === called.ceremony);
  const exchange = lastAsked(own, called.method === "create" ? "makeCredential" : "getAssertion");
  const hybrid = own.some(({ kind }) => kind === "link.hybrid");
  const assumed: string[] = [];
  const knobs = {
    ...clientKnobs(called, assumed),
    ...keyKnobs(own, exchange, assumed),
    ...(hybrid && phoneKnobs(own, exchange, assumed)),
    ...timerKnobs(own),
    ...siteKnobs(own, assumed),
  };
  if (own.some((record) => record.kind === "ctap.request" && record.command === "clientPin")) {
    assumed.push("the exchange about the PIN is not played again");
  }
  return { method: called.method, road: hybrid ? "hybrid" : "hid", knobs, assumed, promise: promiseEnd(own) };
}

/** How the promise of the last ceremony ended. */
export function promiseEnd(records: readonly TraceRecord[]): PromiseEnd {
  const settled = records.findLast((record) => record.kind === "page.settled");
  if (settled === undefined) return { outcome: "pending" };
  return { outcome: settled.outcome, ...(settled.name !== undefined && { name: settled.name }) };
}

function lastAsked(own: readonly TraceRecord[], command: string): Of<"ctap.request"> {
  const asked = own.findLast(
    (record): record is Of<"ctap.request"> => record.kind === "ctap.request" && record.command === command,
  );
  if (asked !== undefined) return asked;
  throw new RecordingError("RECORDING_NO_EXCHANGE", `no authenticator was asked for ${command}`, {
    hint: "record a ceremony that reaches a key or a phone",
  });
}

function keyKnobs(
  own: readonly TraceRecord[],
  request: Of<"ctap.request">,
  assumed: string[],
): KnobOverrides {
  const later = own.filter((record) => record.span === request.span && record.atMs >= request.atMs);
  const keepalives = later.filter((record) => record.kind === "ctap.keepalive");
  const prompted = keepalives.find(({ status }) => status === "up-needed");
  const response = later.find(
    (record): record is Of<"ctap.response"> =>
      record.kind === "ctap.response" && record.command === request.command,
  );
  const promptedMs = prompted?.atMs ?? request.atMs;
  const gesture = keepalives.find(({ status, atMs }) => status === "processing" && atMs > promptedMs);
  const upTimeout = own.find((record) => record.kind === "timer.armed" && record.timer === "key.up");
  if (prompted === undefined)
    assumed.push("the authenticator asked for the gesture as soon as it had the request");
  const knobs = { "key.processingMs": Math.round(promptedMs - request.atMs) };
  const budgetMs = upTimeout?.kind === "timer.armed" ? upTimeout.budgetMs : undefined;
  if (response !== undefined && TIMED_OUT.includes(response.status)) {
    const waitedMs = Math.round(budgetMs ?? response.atMs - promptedMs);
    return { ...knobs, "key.touchDelayMs": null, "key.upTimeoutMs": waitedMs };
  }
  const answered = response !== undefined && response.status !== "KEEPALIVE_CANCEL";
  const gestureMs = answered ? (gesture?.atMs ?? response.atMs) : undefined;
  const touchMs = gestureMs === undefined ? null : Math.round(gestureMs - promptedMs);
  const patience = budgetMs === undefined ? patienceOf(touchMs, assumed) : { "key.upTimeoutMs": budgetMs };
  if (!answered || gestureMs === undefined) return { ...knobs, ...patience, "key.touchDelayMs": null };
  return {
    ...{ ...knobs, ...patience, "key.touchDelayMs": touchMs },
    ...(request.command === "makeCredential" && { "key.createMs": Math.round(response.atMs - gestureMs) }),
    ...(response.status === "OPERATION_DENIED" && { "key.decision": "decline" }),
  };
}

/** An authenticator that was still waiting when the gesture came waits longer than that, and nobody knows how long. */
function patienceOf(touchMs: number | null, assumed: string[]): KnobOverrides {
  if (touchMs === null || touchMs <= ORDINARY_PATIENCE_MS) {
    assumed.push("the authenticator waits as long for a gesture as its profile says");
    return {};
  }
  const patienceMs = Math.max(LONG_PATIENCE_MS, 2 * touchMs);
  const waited = `it waited ${touchMs / 1_000} s at least`;
  assumed.push(`the authenticator waits ${patienceMs / 1_000} s for a gesture: ${waited}`);
  return { "key.upTimeoutMs": patienceMs };
}

/** The browser whose clamp gives the time that was in effect; the first of those that do. */
function clientKnobs({ timeoutMs, effectiveMs }: Of<"page.called">, assumed: string[]): KnobOverrides {
  const profiles = Object.values(CLIENT_PROFILES);
  const fitting = profiles.find((profile) => effectiveTimeoutMs(profile, timeoutMs) === effectiveMs);
  const timeout = { "client.timeoutMs": timeoutMs ?? null };
  if (fitting === undefined) {
    assumed.push("no known browser turns that timeout into the one that was in effect");
    return timeout;
  }
  assumed.push(`the browser is ${fitting.id}, whose timeout for such a call is the recorded one`);
  return { ...timeout, "client.profile": fitting.id as NonNullable<KnobOverrides["client.profile"]> };
}

function phoneKnobs(
  own: readonly TraceRecord[],
  request: Of<"ctap.request">,
  assumed: string[],
): KnobOverrides {
  const at = (stage: string) =>
    own.find((record) => record.kind === "link.hybrid" && record.stage === stage)?.atMs;
  assumed.push(
    "tunnel service and radio are as fast, and as patient, as by default where no timer of theirs is recorded",
  );
  const [shownMs, seenMs] = [at("qr-shown"), at("advert-seen")];
  const scanned = shownMs !== undefined && seenMs !== undefined;
  return {
    "link.road": "hybrid",
    "key.profile": "phone",
    ...(scanned && { "phone.scanDelayMs": Math.max(0, Math.round(seenMs - shownMs - PHONE_OWN_MS)) }),
    ...platformKnobs(own, request, assumed),
  };
}

/** How long the phone's own request may take: its timer where the phone recorded one, what its answer shows otherwise. */
function platformKnobs(
  own: readonly TraceRecord[],
  request: Of<"ctap.request">,
  assumed: string[],
): KnobOverrides {
  const timer = own.find((record) => record.kind === "timer.armed" && record.timer === "phone.platform");
  if (timer?.kind === "timer.armed") return { "phone.platformTimeoutMs": timer.budgetMs };
  const answer = own.find((record) => record.kind === "ctap.response" && record.span === request.span);
  if (answer === undefined || answer.atMs - request.atMs <= PHONE_PLATFORM_MS) return {};
  assumed.push("the phone's own request has no time limit: it took longer than Android gives it");
  return { "phone.platformTimeoutMs": null };
}

/** Timers of a page, a site and what is between them, as knobs; what did not start one did not tell. */
const TIMERS = {
  "page.guard": "page.guardMs",
  "rp.challenge": "rp.challengeTtlMs",
  "gw.idle": "gw.idleMs",
  "tunnel.ttl": "tunnel.ttlMs",
} as const satisfies Readonly<Record<string, KnobName>>;

function timerKnobs(own: readonly TraceRecord[]): KnobOverrides {
  const armed = own.filter((record) => record.kind === "timer.armed");
  const known = Object.entries(TIMERS).flatMap(([timer, knob]) => {
    const found = armed.find((record) => record.timer === timer);
    return found === undefined ? [] : [[knob, found.budgetMs] as const];
  });
  const gaveUp = own.find((record) => record.kind === "page.gave-up");
  return { ...Object.fromEntries(known), ...(gaveUp && { "page.aborts": gaveUp.aborted }) };
}

/** How long the site's two calls took at the site. */
function siteKnobs(own: readonly TraceRecord[], assumed: string[]): KnobOverrides {
  const took = (suffix: string) => {
    const asked = own.findLast((record) => record.kind === "rp.request" && record.call.endsWith(suffix));
    const answered = own.findLast((record) => record.kind === "rp.response" && record.call.endsWith(suffix));
    return asked && answered && answered.atMs >= asked.atMs
      ? Math.round(answered.atMs - asked.atMs)
      : undefined;
  };
  const [optionsMs, finishMs] = [took("/options"), took("/finish")];
  if (optionsMs === undefined) assumed.push("the site is a healthy one: the recording has none of its calls");
  return {
    ...(optionsMs !== undefined && { "rp.optionsMs": optionsMs }),
    ...(finishMs !== undefined && { "rp.finishMs": finishMs }),
  };
}
