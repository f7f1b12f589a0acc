import { parseInfo } from "../../entry/ctap.js";
import { openHidDevice } from "../../entry/hid.js";
import {
  type Distribution,
  measureDevice,
  measuredKnobs,
  measuredProfile,
  type Measurement,
} from "../../entry/measure.js";
import { learnProfile, parseProfile } from "../../entry/sim.js";
import { printable } from "../../core/printable.js";
import { type Command, type Outcome, UsageError } from "../command.js";
import { TARGET_HELP, TARGET_OPTIONS, type OpenedTarget, targetFrom } from "../conformance/targets.js";
import { checkWritable, replaceFile } from "../files/replace-file.js";
import { watchForInterruption } from "../interruption.js";
import { numberOption, textOption } from "../options.js";
import { failuresOf, withProblems } from "../problems.js";

const RUNS_MAX = 100_000;

const { allow: _allow, "pin-file": _pinFile, ...MEASURE_OPTIONS } = TARGET_OPTIONS;

export const measure: Command = {
  name: "measure",
  summary: "measure how long an authenticator takes, and write a profile that the simulator replays",
  synopsis: "[--device WHICH] [--runs N] [--out FILE] [options]",
  help: `${TARGET_HELP.split("\n")
    .filter((line, index, all) => !isOfPermissions(line, all[index - 1]))
    .join("\n")}
  --runs N             samples of each time (20); ten of what needs a touch or the power
  --out FILE           write a profile with these times, for --device sim --profile FILE
  Stores nothing on the device and tries no PIN.`,
  options: { ...MEASURE_OPTIONS, runs: { type: "string" }, out: { type: "string" } },
  async run(invocation) {
    const file = textOption(invocation, "out");
    if (file !== undefined) checkWritable(file);
    const runs = numberOption(invocation, "runs", { min: 1, max: RUNS_MAX }) ?? 20;
    const opened = await targetFrom(invocation);
    const { signal, stop } = watchForInterruption();
    try {
      const { env, target, settle } = opened;
      const { port } = target;
      if (port === undefined) throw new UsageError("USAGE", "measure takes a device that takes reports");
      const measured = await settle(measureDevice(env, { ...target, port }, { runs, signal }));
      const profile = file === undefined ? undefined : await profileOf(opened, measured);
      const problems = await failuresOf(
        file === undefined || profile === undefined
          ? []
          : [() => void replaceFile(file, `${JSON.stringify(profile, undefined, 2)}\n`)],
      );
      const outcome: Outcome = {
        exitCode: 0,
        json: {
          ok: true,
          measured,
          knobs: measuredKnobs(measured),
          ...(profile !== undefined && { profile: file }),
        },
        text: textOf(measured, problems.length === 0 && profile !== undefined ? file : undefined),
      };
      return withProblems(outcome, problems, invocation.terminal);
    } finally {
      stop();
    }
  },
};

/** Lines of the help that say what may be done to the device: nothing is, here. */
function isOfPermissions(line: string, before = ""): boolean {
  return /^ {2}--(allow|pin-file)/.test(line) || (/^ {23}/.test(line) && /--allow/.test(before));
}

/** What the device says of itself, with the times that were measured. @throws {ProfileError} */
async function profileOf({ env, target, settle }: OpenedTarget, measured: Measurement): Promise<unknown> {
  // The power may have been switched meanwhile: the simulated port is another one then.
  const port = (await target.power?.cycle()) ?? (await target.port?.());
  if (port === undefined) return undefined;
  const device = await settle(openHidDevice(env, port));
  try {
    const answer = await settle(device.transact(Uint8Array.of(0x04)));
    const { profile } = learnProfile(parseInfo(answer.subarray(1)), device.init);
    const { timeouts, ...times } = measuredProfile(measured);
    const merged: unknown = JSON.parse(
      JSON.stringify({
        ...profile,
        name: "measured",
        ...times,
        timeouts: { ...profile.timeouts, ...timeouts },
      }),
    );
    parseProfile(merged);
    return merged;
  } finally {
    await settle(Promise.resolve(device[Symbol.asyncDispose]()));
  }
}

function textOf(measured: Measurement, file: string | undefined): string {
  const { commands } = measured;
  const line = (name: string, of: Distribution | undefined) =>
    of === undefined
      ? []
      : [
          `  ${name.padEnd(34)}p50 ${of.p50Ms} ms, p95 ${of.p95Ms} ms, ${of.minMs} to ${of.maxMs} ms (${of.count})`,
        ];
  const { presenceTimeoutMs } = measured;
  return [
    printable(measured.label),
    ...line("INIT", measured.init),
    ...line("getInfo", commands.getInfo),
    ...line("clientPin", commands.clientPin),
    ...line("makeCredential, to the prompt", commands.makeCredential),
    ...line("getAssertion, without a touch", commands.getAssertion),
    ...line("touch to answer", measured.touchToAnswer),
    ...line("first keepalive", measured.firstKeepalive),
    ...line("keepalive to keepalive", measured.keepaliveCadence),
    ...line("CANCEL to answer", measured.cancel),
    ...(presenceTimeoutMs === undefined
      ? []
      : [`  ${"wait for a touch".padEnd(34)}${Math.round(presenceTimeoutMs)} ms`]),
    ...line("power to INIT", measured.reenumeration),
    ...measured.notes.map((note) => printable(`  note: ${note}`)),
    ...(file === undefined ? [] : [`profile written to ${file}`]),
  ].join("\n");
}
