import { type ClientContext, SPEC_L3, toPageError } from "../entry/webauthn.js";
import { type HarnessError, isHarnessError, withAftermath } from "../index.js";
import { RefusedBySite } from "./called-by-page.js";
import { type Invocation, type Outcome, UsageError } from "./command.js";
import { notOpened, withCeremonyReports } from "./ceremony-report.js";
import { ObservedInfo } from "./device/observed-info.js";
import { openDevice } from "./device/open-device.js";
import type { OpenedDevice } from "./device/opened-device.js";
import { exitCodeFor } from "./exit-code.js";
import { interruptionBehind, watchForInterruption } from "./interruption.js";
import { failuresOf, withProblems } from "./problems.js";
import { checkRecording, saveRecording } from "./recording.js";
import { afterLateAnswer, describeRefusedBySite, describeRemains } from "./remains.js";
import { timelineOf } from "./timeline.js";

/** The command that each method has an authenticator carry out. */
const COMMANDS = { create: "makeCredential", get: "getAssertion" } as const;

/** A ceremony that came to its end, and what is to be kept of it once the device is free. */
export interface FinishedCeremony {
  readonly outcome: Outcome;
  readonly keep?: () => Promise<void>;
}

/** What a ceremony that went well is told with, beside its timeline. */
export interface WentWell {
  readonly options: unknown;
  readonly response: object;
  /** What the site read from the response; `undefined` where it could not verify it. */
  readonly verified: object | undefined;
  readonly lines: readonly string[];
}

/** Tells of a ceremony that went well: the document, and the timeline with what came of it. */
export function toldWell({ seed, records }: OpenedDevice, { lines, ...members }: WentWell): Outcome {
  return {
    exitCode: 0,
    json: { ok: true, seed, ...members, trace: records },
    text: [timelineOf(records), "", ...lines].join("\n"),
  };
}

export interface CliCeremony {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  /** `client` is the browser's part; a signal that ends the program aborts its request. */
  run(opened: OpenedDevice, client: ClientContext): Promise<FinishedCeremony>;
}

/**
 * Runs a ceremony on a device; a failed ceremony is reported in full, because the failure is the finding.
 *
 * A signal that ends the program cancels the pending request, and the report says what remains. What cannot be kept of
 * it afterwards is added to the report and never replaces it: the device has acted by then.
 */
export async function withDevice(invocation: Invocation, ceremony: CliCeremony): Promise<Outcome> {
  checkRecording(invocation);
  const { method } = ceremony;
  const name = method === "create" ? "register" : "login";
  let real: OpenedDevice;
  try {
    real = await openDevice(invocation, method);
  } catch (error) {
    if (isHarnessError(error)) return notOpened(error, name, invocation);
    throw error;
  }
  const observed = new ObservedInfo(real.device);
  const opened = { ...real, device: observed };
  const interruption = watchForInterruption();
  const { pin } = ceremony.client;
  const client: ClientContext = {
    ...ceremony.client,
    ...(pin && { pin: (asked) => opened.duringUser(pin(asked)) }),
    signal: interruption.signal,
  };
  let finished: FinishedCeremony | undefined;
  let failure: unknown;
  try {
    finished = await ceremony.run(opened, client);
  } catch (error) {
    failure = error;
  }
  // Closing waits for what the device still says to a request that was cancelled.
  const closing = await failuresOf([() => opened.close()]);
  interruption.stop();
  const { outcome, keep } = finished ?? { outcome: outcomeOfFailure(failure, opened, { method, client }) };
  if (outcome === undefined) throw failure;
  const reported = { name, opened, info: observed.said, failure: findingIn(failure) } as const;
  const problems = await failuresOf([
    ...(keep ? [keep] : []),
    () => saveRecording({ name, records: opened.records, seed: opened.seed }, invocation),
  ]);
  const told = withProblems(outcome, [...closing, ...problems], invocation.terminal);
  return withCeremonyReports(told, reported, invocation);
}

/** What a ceremony failed with, for a report. */
function findingIn(failure: unknown): HarnessError | undefined {
  if (failure instanceof RefusedBySite) return failure.refusal;
  return isHarnessError(failure) ? failure : undefined;
}

/** `undefined` for what is no finding about a device. */
function outcomeOfFailure(
  error: unknown,
  { records, seed }: OpenedDevice,
  { method, client }: Pick<CliCeremony, "method" | "client">,
): Outcome | undefined {
  if (error instanceof RefusedBySite) {
    const { refusal, response } = error;
    return {
      exitCode: 1,
      json: {
        ok: false,
        seed,
        response,
        // The verification left nothing behind; the device did before.
        error: withAftermath(refusal, { aftermath: "unknown", carriedOut: COMMANDS[method] }).toJSON(),
        page: { outcome: "resolved" },
        trace: records,
      },
      text: [timelineOf(records), "", ...refusalLines(refusal, method, seed)].join("\n"),
    };
  }
  if (!isHarnessError(error) || error instanceof UsageError) return undefined;
  const told = afterLateAnswer(error, records, method);
  const page = toPageError(error, { method, profile: client.profile ?? SPEC_L3 });
  const interruption = interruptionBehind(error);
  return {
    exitCode: interruption?.exitCode ?? exitCodeFor(error.code),
    json: { ok: false, seed, error: told.toJSON(), page: { outcome: "rejected", ...page }, trace: records },
    text: [
      timelineOf(records),
      "",
      interruption?.message ?? `failed with ${told.code}: ${told.message}`,
      ...(told.hint === undefined ? [] : [`hint: ${told.hint}`]),
      describeRemains(told, method),
      `a page would have seen ${page.name} (${page.reason})`,
      ...(seed === undefined ? [] : [`seed ${seed}`]),
    ].join("\n"),
  };
}

function refusalLines(
  { code, message, hint }: HarnessError,
  method: CliCeremony["method"],
  seed: string | undefined,
): readonly string[] {
  return [
    `the page's promise resolved, and the site refuses the answer: ${code}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    describeRefusedBySite(method),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
}
