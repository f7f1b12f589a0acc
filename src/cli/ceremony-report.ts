import type { TraceRecord } from "../entry/diagnosis.js";
import { utf8 } from "../core/bytes.js";
import { type AuthenticatorInfo, toHex } from "../entry/ctap.js";
import { usbDevices } from "../entry/hid.js";
import { type ReportedRun, runOfTrace } from "../entry/scenarios.js";
import { type HarnessError, isHarnessError } from "../index.js";
import type { Invocation, OptionTable, Outcome } from "./command.js";
import type { OpenedDevice } from "./device/opened-device.js";
import { exitCodeFor } from "./exit-code.js";
import { interruptionBehind } from "./interruption.js";
import { flag, textOption } from "./options.js";
import { sayError } from "./problems.js";
import { wholeTrace } from "./recording.js";
import { REPORT_OPTIONS, withReports } from "./report-files.js";
import { runWithoutTrace } from "./run-without-trace.js";

const { html, junit, github } = REPORT_OPTIONS;

/** Reports of one ceremony, beside its recordings. */
export const CEREMONY_REPORT_OPTIONS = { html, junit, github } as const satisfies OptionTable;

export const CEREMONY_REPORT_HELP = `  --html FILE          write the ceremony as one page with its timeline
  --junit FILE         write JUnit XML: one test case, with the model of the device and its margin as properties
  --github             print an annotation when it fails, and add a summary to the file that GITHUB_STEP_SUMMARY names;
                       on by itself where GITHUB_ACTIONS is true`;

export interface ReportedCeremony {
  readonly name: "register" | "login";
  readonly opened: Pick<OpenedDevice, "env" | "records" | "seed" | "device" | "hid">;
  readonly info: AuthenticatorInfo | undefined;
  readonly failure: HarnessError | undefined;
}

/** Adds the reports that were asked for: a ceremony is held to its success. */
export async function withCeremonyReports(
  outcome: Outcome,
  ceremony: ReportedCeremony,
  invocation: Invocation,
): Promise<Outcome> {
  return reported(outcome, () => reportedRun(ceremony, invocation), invocation);
}

/** Writes reports where any are asked for. */
async function reported(
  outcome: Outcome,
  runOf: () => Promise<ReportedRun>,
  invocation: Invocation,
): Promise<Outcome> {
  const onGithub = flag(invocation, "github") || invocation.machine.variables["GITHUB_ACTIONS"] === "true";
  const files = ["html", "junit"].some((option) => textOption(invocation, option) !== undefined);
  if (!onGithub && !files) return outcome;
  return withReports(outcome, [await runOf()], invocation, { isOnGithub: onGithub, hasRecordings: false });
}

async function reportedRun(ceremony: ReportedCeremony, invocation: Invocation): Promise<ReportedRun> {
  const { name, opened, failure } = ceremony;
  const device = deviceOf(invocation);
  const seed = opened.seed === undefined ? "" : ` --seed ${opened.seed}`;
  const run = runOfTrace(wholeTrace(name, opened), {
    reproduction: `passkey-harness ${name} --device ${device}${seed}`,
  });
  const found = failure && `${failure.code}: ${failure.message.split("\n")[0]}`;
  const what = name === "register" ? "registration" : "login";
  return {
    ...run,
    scenario: {
      ...run.scenario,
      title: name === "register" ? "A registration on a device" : "A login on a device",
      story: `The command ${name} on one device; it is held to its success.`,
    },
    findings: found === undefined ? [] : [{ layer: "page", expected: `the ${what} succeeds`, found }],
    verdict: found === undefined ? "as-expected" : "unexpected",
    properties: {
      ...marginProperties(run),
      ...(await propertiesOf(ceremony, invocation)),
    },
  };
}

/**
 * Tells of a ceremony that could not begin, and writes the reports that were asked for: an error, and no failure of a device.
 *
 * @param error what opening the device threw.
 */
export async function notOpened(
  error: HarnessError,
  name: ReportedCeremony["name"],
  invocation: Invocation,
): Promise<Outcome> {
  const { terminal } = invocation;
  if (!terminal.json) sayError(error, terminal);
  const outcome: Outcome = {
    exitCode: interruptionBehind(error)?.exitCode ?? exitCodeFor(error.code),
    json: { ok: false, error: error.toJSON() },
    text: "",
  };
  if (error.code === "USAGE") return outcome;
  const report = runWithoutTrace({
    id: name,
    title: name === "register" ? "A registration on a device" : "A login on a device",
    story: `The command ${name} on one device, which could not be opened.`,
    reproduction: `passkey-harness ${name} --device ${deviceOf(invocation)}`,
    error: { code: error.code, message: withoutSerials(error.message.split("\n")[0] ?? "") },
  });
  return reported(outcome, () => Promise.resolve(report), invocation);
}

/** A report is handed on, and names the single key by a hash at most. */
function deviceOf(invocation: Invocation): string {
  return withoutSerials(textOption(invocation, "device") ?? "sim");
}

function withoutSerials(text: string): string {
  return text.replace(/serial:.*$/s, "serial:XYZ").replace(/(serial number) \S.*$/s, "$1 XYZ");
}

/** Timers that a ceremony which went well could have failed by, had it taken longer. */
const ENDING_TIMERS: readonly string[] = ["client.ceremony", "key.up"];

/** The margin's timer, and the margin itself where the verdict has none: JUnit lists the verdict's by itself. */
function marginProperties({ records, explanation }: ReportedRun): Readonly<Record<string, string>> {
  const { "margin-ms": ms, ...timer } = marginOf(records) ?? {};
  if (ms === undefined) return {};
  if (explanation.marginMs === undefined) return { "margin-ms": ms, ...timer };
  return Math.round(explanation.marginMs) === Number(ms) ? timer : {};
}

/** How near the ceremony came to the timer that would have ended it first. */
function marginOf(records: readonly TraceRecord[]): Readonly<Record<string, string>> | undefined {
  const armedAtMs = new Map<string, number>();
  let least: { readonly timer: string; readonly marginMs: number } | undefined;
  for (const record of records) {
    if (record.kind === "timer.armed") armedAtMs.set(record.id, record.atMs);
    if (record.kind !== "timer.disarmed" || !ENDING_TIMERS.includes(record.timer)) continue;
    const marginMs = record.budgetMs - (record.atMs - (armedAtMs.get(record.id) ?? record.atMs));
    if (least === undefined || marginMs < least.marginMs) least = { timer: record.timer, marginMs };
  }
  return least && { "margin-ms": String(Math.round(least.marginMs)), "margin-timer": least.timer };
}

/** What tells results of one key from those of another, without naming the single key. */
async function propertiesOf(
  { opened, info }: ReportedCeremony,
  invocation: Invocation,
): Promise<Readonly<Record<string, string>>> {
  const serial = await serialOf(opened, invocation);
  const { major, minor, build } = opened.hid?.deviceVersion ?? {};
  const ofChannel = major === undefined ? undefined : `${major}.${minor}.${build}`;
  const firmware = info?.firmwareVersion?.toString() ?? ofChannel;
  return {
    ...(serial !== undefined && {
      "serial-sha256": toHex(opened.env.crypto.sha256(utf8(serial))).slice(0, 16),
    }),
    ...(firmware !== undefined && { firmware }),
    ...(info && { aaguid: toHex(info.aaguid), versions: info.versions.join(" ") }),
    transport: opened.device.transport,
  };
}

/** The list of devices has it, where the key is on USB and has one. */
async function serialOf(
  { device, seed }: ReportedCeremony["opened"],
  { machine }: Invocation,
): Promise<string | undefined> {
  if (seed !== undefined || device.transport !== "usb" || /^(udp|unix):/.test(device.label)) return undefined;
  try {
    const devices = await usbDevices(machine.usb);
    return devices.find(({ path }) => path === device.label)?.serialNumber;
  } catch (error) {
    // A key that was pulled out is reported without.
    if (isHarnessError(error)) return undefined;
    throw error;
  }
}
