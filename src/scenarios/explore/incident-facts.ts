import type { TraceRecord } from "../../core/trace.js";
import type { CeremonyDiagnosis, Explanation } from "../../diagnosis/explanation.js";
import { httpCallsOf } from "../../diagnosis/outputs/site-calls.js";
import type { KnobOverrides } from "../../sim/knobs/knobs.js";

type Writable = { -readonly [Name in keyof KnobOverrides]: KnobOverrides[Name] };

/** The ceremony that an incident is about: its first trouble, or its first one. */
export function ceremonyOf({ ceremony, ceremonies }: Explanation): CeremonyDiagnosis | undefined {
  return ceremonies.find((one) => one.ceremony === ceremony) ?? ceremonies[0];
}

const MAIN = new Set(["makeCredential", "getAssertion"]);
/** Timers whose budget a knob of their own sets. */
const TIMER_KNOBS = { "page.guard": "page.guardMs", "gw.idle": "gw.idleMs" } as const;

/** Measures what the records of a ceremony say of the parameters of the simulated world; whole milliseconds. */
export function measuredKnobs(records: readonly TraceRecord[]): KnobOverrides {
  const knobs: Writable = {};
  for (const record of records) {
    if (record.kind === "page.called") {
      const askedMs = record.timeoutMs ?? record.effectiveMs;
      if (Number.isFinite(askedMs)) knobs["client.timeoutMs"] ??= whole(askedMs);
    }
    if (record.kind !== "timer.armed" && record.kind !== "timer.fired") continue;
    const { timer, budgetMs } = record;
    if (!Number.isFinite(budgetMs)) continue;
    if (timer in TIMER_KNOBS) knobs[TIMER_KNOBS[timer as keyof typeof TIMER_KNOBS]] ??= whole(budgetMs);
    // A derived timer is what the client enforces, of whatever the page asked for.
    if (timer === "client.ceremony") knobs["client.timeoutMs"] ??= whole(budgetMs);
  }
  const touchMs = gestureMs(records);
  if (touchMs !== undefined) knobs["key.touchDelayMs"] = whole(touchMs);
  for (const { request, response } of httpCallsOf(records)) {
    if (response === undefined || response.status >= 400) continue;
    const tookMs = whole(response.atMs - request.atMs);
    if (request.call.endsWith("/options")) knobs["rp.optionsMs"] ??= tookMs;
    if (request.call.endsWith("/finish")) knobs["rp.finishMs"] ??= tookMs;
  }
  return knobs;
}

function whole(ms: number): number {
  return Math.max(0, Math.round(ms));
}

/** From the prompt to the answer; from the command to its answer where no prompt is known. */
function gestureMs(records: readonly TraceRecord[]): number | undefined {
  const prompt = records.find(({ kind }) => kind === "user.prompted");
  const answer = records.find((record) => record.kind === "user.answered" && record.answer === "approved");
  if (prompt !== undefined && answer !== undefined && answer.atMs >= prompt.atMs)
    return answer.atMs - prompt.atMs;
  const asked = records.find((record) => record.kind === "ctap.request" && MAIN.has(record.command));
  const answered = records.find(
    (record) => record.kind === "ctap.response" && MAIN.has(record.command) && record.status === "OK",
  );
  return asked === undefined || answered === undefined ? undefined : Math.max(0, answered.atMs - asked.atMs);
}

/**
 * Lists the steps of a ceremony in their order, without times: what the page, the site and the authenticator did, and which
 * timers fired.
 */
export function stepsOf(records: readonly TraceRecord[]): readonly string[] {
  return records.flatMap((record) => stepOf(record) ?? []);
}

function stepOf(record: TraceRecord): string | undefined {
  switch (record.kind) {
    case "page.called":
      return "page.called";
    case "page.settled":
      return `page.settled ${record.outcome} ${record.name ?? ""}`;
    case "page.gave-up":
      return `page.gave-up ${record.aborted}`;
    case "page.call-failed":
      return "page.call-failed";
    case "timer.fired":
      return `timer.fired ${record.timer}`;
    case "rp.request":
      return `rp.request ${record.call}`;
    case "rp.response":
      return `rp.response ${record.call} ${record.status}`;
    case "ctap.request":
      return MAIN.has(record.command) ? `ctap.request ${record.command}` : undefined;
    case "ctap.response":
      return MAIN.has(record.command) ? `ctap.response ${record.command} ${record.status}` : undefined;
    default:
      return undefined;
  }
}

/** Whether steps stand in another list in this order, with others between them. */
export function areWithin(steps: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const step of all) if (step === steps[at]) at += 1;
  return at === steps.length;
}
