import { type Env, inSpan } from "../entry/sim.js";
import {
  type ClientContext,
  ClientError,
  type PageError,
  SPEC_L3,
  effectiveTimeoutMs,
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
  toPageError,
} from "../entry/webauthn.js";
import { type HarnessError, isHarnessError } from "../index.js";
import { type Invocation, type Outcome, UsageError } from "./command.js";
import { openDevice } from "./device/open-device.js";
import type { OpenedDevice } from "./device/opened-device.js";
import { exitCodeFor } from "./exit-code.js";
import { failuresOf, withProblems } from "./problems.js";
import { checkRecording, saveRecording } from "./recording.js";
import { timelineOf } from "./timeline.js";

export interface PageCall {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  /** What the site sent: JSON of any kind. */
  readonly options: unknown;
}

/** Records of a ceremony what a page would see of it, in spans of its own, so that its trace can be explained. */
export function calledByPage<T>(
  { env }: OpenedDevice,
  call: PageCall,
  ceremony: (env: Env) => Promise<T>,
): Promise<T> {
  const label = call.method === "create" ? "registration" : "login";
  return inSpan(env, { name: "ceremony", label }, (own) =>
    inSpan(own, { name: "request", label: call.method }, (request) => recorded(request, call, ceremony)),
  );
}

async function recorded<T>(
  env: Env,
  { method, client, options }: PageCall,
  ceremony: (env: Env) => Promise<T>,
): Promise<T> {
  const trace = env.trace.as("browser");
  const profile = client.profile ?? SPEC_L3;
  const timeoutMs = timeoutIn(method, options);
  const effectiveMs = effectiveTimeoutMs(profile, timeoutMs);
  trace.emit({
    kind: "page.called",
    method,
    ...(timeoutMs !== undefined && { timeoutMs }),
    effectiveMs,
  });
  try {
    const response = await ceremony(env);
    trace.emit({ kind: "page.settled", method, outcome: "resolved" });
    return response;
  } catch (error) {
    if (isHarnessError(error)) {
      const { name, reason } = toPageError(error, { method, profile });
      trace.emit({ kind: "page.settled", method, outcome: "rejected", name, reason });
    }
    throw error;
  }
}

/** The timeout that options ask for; none where a browser refuses to read them. */
function timeoutIn(method: PageCall["method"], options: unknown): number | undefined {
  try {
    const parse = method === "create" ? parseCreationOptionsFromJSON : parseRequestOptionsFromJSON;
    return parse(options).timeout;
  } catch (error) {
    if (error instanceof ClientError) return undefined;
    throw error;
  }
}

/** A ceremony that came to its end, and what is to be kept of it once the device is free. */
export interface FinishedCeremony {
  readonly outcome: Outcome;
  readonly keep?: () => Promise<void>;
}

export interface CliCeremony {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  run(opened: OpenedDevice): Promise<FinishedCeremony>;
}

/** The page got its response, and the site that verified it found a rule broken. */
class RefusedBySite extends Error {
  readonly response: object;
  readonly refusal: HarnessError;

  constructor(response: object, refusal: HarnessError) {
    super(refusal.message, { cause: refusal });
    this.response = response;
    this.refusal = refusal;
  }
}

/**
 * Verifies a response as the site would. A refusal ends the ceremony, and is reported as what happens after the device acted.
 *
 * @throws what {@link withDevice} reports.
 */
export function verifiedBySite<T>(response: object, verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    throw isHarnessError(error) ? new RefusedBySite(response, error) : error;
  }
}

/**
 * Runs a ceremony on a device; a failed ceremony is reported in full, because the failure is the finding.
 *
 * What cannot be kept of it afterwards is added to the report and never replaces it: the device has acted by then.
 */
export async function withDevice(invocation: Invocation, ceremony: CliCeremony): Promise<Outcome> {
  checkRecording(invocation);
  const opened = await openDevice(invocation, ceremony.method);
  let finished: FinishedCeremony;
  try {
    finished = await ceremony.run(opened);
  } catch (error) {
    const outcome = outcomeOfFailure(error, opened, ceremony);
    if (outcome === undefined) {
      await opened.close();
      throw error;
    }
    finished = { outcome };
  }
  const { outcome, keep } = finished;
  const name = ceremony.method === "create" ? "register" : "login";
  const problems = await failuresOf([
    ...(keep ? [keep] : []),
    () => opened.close(),
    () => saveRecording({ name, records: opened.records, seed: opened.seed }, invocation),
  ]);
  return withProblems(outcome, problems, invocation.terminal);
}

/** `undefined` for what is no finding about a device. */
function outcomeOfFailure(
  error: unknown,
  { records, seed }: OpenedDevice,
  { method, client }: CliCeremony,
): Outcome | undefined {
  if (error instanceof RefusedBySite) {
    const { refusal, response } = error;
    return {
      exitCode: 1,
      // The verification left nothing behind; the device did before.
      json: {
        ok: false,
        seed,
        error: { ...refusal.toJSON(), aftermath: "unknown" },
        response,
        trace: records,
      },
      text: [timelineOf(records), "", ...refusalLines(refusal, method, seed)].join("\n"),
    };
  }
  if (!isHarnessError(error) || error instanceof UsageError) return undefined;
  const page = toPageError(error, { method, profile: client.profile ?? SPEC_L3 });
  return {
    exitCode: exitCodeFor(error.code),
    json: { ok: false, seed, error: error.toJSON(), page, trace: records },
    text: [timelineOf(records), "", ...failureLines(error, page, seed)].join("\n"),
  };
}

function refusalLines(
  { code, message, hint }: HarnessError,
  method: CliCeremony["method"],
  seed: string | undefined,
): readonly string[] {
  return [
    `refused by the site with ${code}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    method === "create"
      ? "the passkey was made and is on the device; the site does not know it"
      : "the device signed; its counter may have moved on",
    "a page would have got its response",
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
}

function failureLines(error: HarnessError, page: PageError, seed: string | undefined): readonly string[] {
  return [
    `failed with ${error.code}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`hint: ${error.hint}`]),
    error.aftermath === "unknown"
      ? "the device may still have acted on the request"
      : "nothing was left behind on the device",
    `a page would have seen ${page.name} (${page.reason})`,
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
}
