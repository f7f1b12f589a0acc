import { createInterface } from "node:readline/promises";
import { namesHint } from "../core/place.js";
import { type TraceRecord, describeRecord } from "../entry/diagnosis.js";
import { type Env, inSpan } from "../entry/sim.js";
import {
  CLIENT_PROFILES,
  type ClientContext,
  SPEC_L3,
  effectiveTimeoutMs,
  toPageError,
} from "../entry/webauthn.js";
import { type HarnessError, isHarnessError, withAftermath } from "../index.js";
import { type Invocation, type OptionTable, type Outcome, UsageError } from "./command.js";
import { DEVICE_HELP, DEVICE_OPTIONS, openDevice } from "./device/open-device.js";
import type { OpenedDevice } from "./device/opened-device.js";
import { readTextFile } from "./files.js";
import { interruptionBehind, watchForInterruption } from "./interruption.js";
import { choiceOption, textOption } from "./options.js";
import { checkRecording, RECORDING_HELP, RECORDING_OPTIONS, saveRecording } from "./recording.js";
import { afterLateAnswer, describeRefusedBySite, describeRemains } from "./remains.js";
import { UnwrittenFiles } from "./unwritten-files.js";

export interface PageCall {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  /** What the site asks for. */
  readonly timeoutMs: number | undefined;
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
  { method, client, timeoutMs }: PageCall,
  ceremony: (env: Env) => Promise<T>,
): Promise<T> {
  const trace = env.trace.as("browser");
  const profile = client.profile ?? SPEC_L3;
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

/** Options that register and login share. */
export const CEREMONY_OPTIONS = {
  ...DEVICE_OPTIONS,
  ...RECORDING_OPTIONS,
  "rp-id": { type: "string", default: "example.com" },
  origin: { type: "string" },
  "timeout-ms": { type: "string" },
  client: { type: "string" },
  uv: { type: "string" },
  "pin-file": { type: "string" },
  options: { type: "string" },
  credentials: { type: "string" },
} as const satisfies OptionTable;

const UV_CHOICES = ["required", "preferred", "discouraged"] as const;

export const CEREMONY_HELP = `  --rp-id ID           the site (example.com)
  --origin URL         the page (https:// and the rp id)
  --options FILE       the site's own options as JSON, instead of the ones made here
  --timeout-ms N       what the site asks for
  --client NAME        whose timers: ${Object.keys(CLIENT_PROFILES).join(", ")}
  --uv CHOICE          user verification: ${UV_CHOICES.join(", ")}
  --pin-file FILE      the PIN's only line; asked for on a terminal otherwise
  --credentials FILE   the site's credential file: register adds to it, login verifies against it
${RECORDING_HELP}
${DEVICE_HELP}`;

export const TIMEOUT_MS_MAX = 86_400_000;

export function uvOption(invocation: Invocation): string | undefined {
  return choiceOption(invocation, "uv", UV_CHOICES);
}

export function siteOf(invocation: Invocation): { readonly rpId: string; readonly origin: string } {
  const rpId = textOption(invocation, "rp-id") ?? "example.com";
  return { rpId, origin: textOption(invocation, "origin") ?? `https://${rpId}` };
}

/** Holds the browser's part: origin, timers, PIN, and the prompt that asks the user for a touch. */
export function clientOf(invocation: Invocation): ClientContext {
  const { terminal } = invocation;
  const name = textOption(invocation, "client");
  const profile = name === undefined ? undefined : CLIENT_PROFILES[name];
  if (name !== undefined && profile === undefined) {
    throw new UsageError("USAGE", `there is no client "${name}"`, {
      hint: namesHint(name, Object.keys(CLIENT_PROFILES)),
    });
  }
  return {
    origin: siteOf(invocation).origin,
    profile,
    pin: pinSource(invocation),
    onKeepalive(status) {
      if (status === "up-needed") terminal.progress("touch your key");
    },
  };
}

/** A PIN never comes from the command line itself: other users of the machine can read that. */
export function pinSource(invocation: Invocation): ClientContext["pin"] {
  const file = textOption(invocation, "pin-file");
  if (file !== undefined) {
    // A file gives one PIN: a second try with it would only burn another of the key's attempts.
    const pin = readTextFile(file, "PIN file").replace(/\r?\n$/, "");
    return ({ attempt }) => Promise.resolve(attempt === 1 ? pin : undefined);
  }
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async ({ retriesLeft }) => {
    const left = retriesLeft === undefined ? "" : ` (${retriesLeft} attempts left)`;
    const question = createInterface({ input: process.stdin, output: process.stderr });
    // A terminal in raw mode hands Ctrl-C to whoever reads it.
    question.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    try {
      const typed = await question.question(`PIN of the key${left}: `);
      return typed === "" ? undefined : typed;
    } finally {
      question.close();
    }
  };
}

/** What happened, one line each, as the scenario reports word it. */
export function timelineOf(records: readonly TraceRecord[]): string {
  return records
    .flatMap((record) => {
      const text = describeRecord(record);
      return text === undefined
        ? []
        : [`${(record.atMs / 1000).toFixed(3).padStart(10)}  ${record.actor.padEnd(8)}  ${text}`];
    })
    .join("\n");
}

/** What a ceremony of the command line works with. */
export interface CeremonyTable {
  readonly opened: OpenedDevice;
  /** The browser's part; a signal that ends the program aborts its page. */
  readonly client: ClientContext;
  /** Files that could not be written: they cost the file and not the result. */
  readonly unwritten: UnwrittenFiles;
}

export interface CliCeremony {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  run(table: CeremonyTable): Promise<Outcome>;
}

/**
 * Runs a ceremony on a device; a failed ceremony is reported in full, because the failure is the finding.
 *
 * A signal that ends the program cancels the pending request and waits for the device's answer to that, so that the
 * report can say what remains. Trace and capture are written however the ceremony ends.
 */
export async function withDevice(invocation: Invocation, ceremony: CliCeremony): Promise<Outcome> {
  checkRecording(invocation);
  const { method } = ceremony;
  const opened = await openDevice(invocation, method);
  const interruption = watchForInterruption();
  const unwritten = new UnwrittenFiles();
  const client = { ...ceremony.client, signal: interruption.signal };
  let outcome: Outcome | undefined;
  let failure: HarnessError | undefined;
  try {
    outcome = await ceremony.run({ opened, client, unwritten });
  } catch (error) {
    if (!isHarnessError(error) || error instanceof UsageError) throw error;
    failure = error;
  } finally {
    await unwritten.attempt(() => opened.close());
    interruption.stop();
    const name = method === "create" ? "register" : "login";
    await unwritten.attempt(() =>
      saveRecording({ name, records: opened.records, seed: opened.seed }, invocation),
    );
  }
  return unwritten.addTo(outcome ?? failed(failure as HarnessError, opened, { method, client }));
}

function failed(
  error: HarnessError,
  { records, seed }: OpenedDevice,
  { method, client }: Pick<CliCeremony, "method" | "client">,
): Outcome {
  const told = afterLateAnswer(error, records, method);
  const { name, reason } = toPageError(error, { method, profile: client.profile ?? SPEC_L3 });
  const interruption = interruptionBehind(error);
  return {
    exitCode: interruption?.exitCode ?? 1,
    json: {
      ok: false,
      seed,
      error: told.toJSON(),
      page: { outcome: "rejected", name, reason },
      trace: records,
    },
    text: [
      timelineOf(records),
      "",
      interruption?.message ?? `failed with ${told.code}: ${told.message}`,
      ...(told.hint === undefined ? [] : [`hint: ${told.hint}`]),
      describeRemains(told, method),
      `a page would have seen ${name} (${reason})`,
      ...seedLine(seed),
    ].join("\n"),
  };
}

/** The outcome where the page's promise resolved and the site refuses what the page posts. */
export function refusedBySite(
  { records, seed }: OpenedDevice,
  { method, error, response }: Refusal & { readonly method: CliCeremony["method"] },
): Outcome {
  const carriedOut = method === "create" ? "makeCredential" : "getAssertion";
  const told = withAftermath(error, { aftermath: "unknown", carriedOut });
  return {
    exitCode: 1,
    json: {
      ok: false,
      seed,
      response,
      error: told.toJSON(),
      page: { outcome: "resolved" },
      trace: records,
    },
    text: [
      timelineOf(records),
      "",
      `the page's promise resolved, and the site refuses the answer: ${error.code}: ${error.message}`,
      ...(error.hint === undefined ? [] : [`hint: ${error.hint}`]),
      describeRefusedBySite(method),
      ...seedLine(seed),
    ].join("\n"),
  };
}

/** A response that the page received and the site does not accept. */
export interface Refusal {
  readonly response: unknown;
  readonly error: HarnessError;
}

/** Judges a response as a site does. @returns the verifier's result, or the error it refuses with. */
export function judgedBySite<T>(
  verify: () => T,
):
  | { readonly verified: T; readonly error?: never }
  | { readonly verified?: never; readonly error: HarnessError } {
  try {
    return { verified: verify() };
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    return { error };
  }
}

function seedLine(seed: string | undefined): readonly string[] {
  return seed === undefined ? [] : [`seed ${seed}`];
}
