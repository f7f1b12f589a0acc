import { createInterface } from "node:readline/promises";
import { type TraceRecord, describeRecord } from "../entry/diagnosis.js";
import { type Env, inSpan } from "../entry/sim.js";
import {
  CLIENT_PROFILES,
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
import { clientOption } from "./client-option.js";
import { type Invocation, type OptionTable, type Outcome, UsageError } from "./command.js";
import { DEVICE_HELP, DEVICE_OPTIONS, openDevice } from "./device/open-device.js";
import type { OpenedDevice } from "./device/opened-device.js";
import { readTextFile } from "./files.js";
import { choiceOption, textOption } from "./options.js";
import { RECORDING_HELP, RECORDING_OPTIONS, saveRecording } from "./recording.js";

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
  return {
    origin: siteOf(invocation).origin,
    profile: clientOption(invocation),
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

export interface CliCeremony {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  run(opened: OpenedDevice): Promise<Outcome>;
}

/** Runs a ceremony on a device; a failed ceremony is reported in full, because the failure is the finding. */
export async function withDevice(invocation: Invocation, ceremony: CliCeremony): Promise<Outcome> {
  const opened = await openDevice(invocation, ceremony.method);
  try {
    return await ceremony.run(opened);
  } catch (error) {
    if (!isHarnessError(error) || error instanceof UsageError) throw error;
    const page = toPageError(error, { method: ceremony.method, profile: ceremony.client.profile ?? SPEC_L3 });
    return {
      exitCode: 1,
      json: { ok: false, seed: opened.seed, error: error.toJSON(), page, trace: opened.records },
      text: [timelineOf(opened.records), "", ...failureLines(error, page, opened.seed)].join("\n"),
    };
  } finally {
    await opened.close();
    const name = ceremony.method === "create" ? "register" : "login";
    saveRecording({ name, records: opened.records, seed: opened.seed }, invocation);
  }
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
