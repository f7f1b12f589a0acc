import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { toHex } from "../../core/bytes.js";
import { cleanUp } from "../../core/clean-up.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { isHarnessError } from "../../core/errors.js";
import { shape } from "../../core/shape.js";
import { MemorySink, startTrace } from "../../core/trace.js";
import { within } from "../../core/within.js";
import { openSession } from "../../ctap/client/session.js";
import type { CtapDevice } from "../../ctap/device.js";
import { type PowerSwitch, powerCycle } from "../power/power-switch.js";
import { RigError } from "../rig-error.js";
import type { Rig } from "../rig.js";

export interface RecoveryOptions {
  readonly label: string;
  /** Finds the key anew and opens it. */
  readonly open: (env: Env) => Promise<CtapDevice>;
  /** Absent where the rig cannot cut its power. */
  readonly power?: PowerSwitch | undefined;
  /** The handle that went mute, to be closed first. */
  readonly device?: CtapDevice;
  /** AAGUID in hexadecimal that the key had: another one's answer does not count. */
  readonly aaguid?: string;
}

const OPTIONS = parameters<RecoveryOptions>({
  label: shape.text,
  open: arg.callable,
  power: maybe(arg.having("a power switch, as powerFor(...) gives one,", "off", "on")),
  device: maybe(arg.having("a CtapDevice", "transact")),
  aaguid: maybe(shape.text),
});

/** What was done to a key, and whether it answers. */
export interface Recovery {
  readonly isBack: boolean;
  readonly steps: readonly string[];
  /** AAGUID in hexadecimal, of a key that is back. */
  readonly aaguid?: string;
}

/** Longest for opening a key and hearing its getInfo, in milliseconds. */
const CHECK_MS = 10_000;
/** How often, and for how long, a key is looked for that was given its power back, in milliseconds. */
const LOOK_MS = 500;
const LOOKS_MAX = 20;

/**
 * Brings back a key that answers no more: closes it, looks whether it answers anew, cuts its power, looks for it again.
 *
 * One that stays mute goes into quarantine with what was tried and a trace of it: no job gets it until `rig recover` finds it well
 * or a user takes it out. The caller has a lease on the key.
 *
 * @throws {RigError} `RIG_KEY_WEDGED` once it is in quarantine; `RIG_STATE_FAILED`.
 */
export async function recoverKey(rig: Rig, options: RecoveryOptions): Promise<Recovery> {
  checkArguments("recoverKey", {
    rig: [arg.with("a rig, as openRig(env, inventory) opens it,", "leases", "inventory"), rig],
    options: [OPTIONS, options],
  });
  const sink = new MemorySink();
  const env = { ...rig.env, trace: startTrace(rig.env.clock, sink) };
  const { label } = options;
  const recovery = await tryToRecover(env, options);
  if (recovery.isBack) {
    if (rig.quarantine.end(label)) rig.log.add({ kind: "returned", label });
    rig.log.add({ kind: "recovered", label, steps: recovery.steps });
    return recovery;
  }
  const trace = `evidence-${label}.jsonl`;
  for (const record of sink.records) rig.folder.append(trace, record);
  const at = new Date(env.clock.epochMs()).toISOString();
  const file = sink.records.length === 0 ? {} : { trace: rig.folder.file(trace) };
  rig.quarantine.put({ label, reasons: recovery.steps, at, ...file });
  rig.log.add({ kind: "quarantined", label, reasons: recovery.steps });
  throw new RigError("RIG_KEY_WEDGED", `"${label}" answers no more: ${recovery.steps.join("; ")}`, {
    hint: "it is in quarantine; rig status shows the evidence, rig recover tries again",
  });
}

async function tryToRecover(env: Env, options: RecoveryOptions): Promise<Recovery> {
  const { device, power } = options;
  const steps: string[] = [];
  if (device !== undefined) {
    const failure = await cleanUp(env.clock, "rig.close", async () => device[Symbol.asyncDispose]());
    steps.push(failure === undefined ? "closed" : "could not be closed in time");
  }
  const before = await check(env, options);
  steps.push(before.text);
  if (before.aaguid !== undefined) return { isBack: true, steps, aaguid: before.aaguid };
  if (power === undefined) return { isBack: false, steps: [...steps, "the rig cannot cut its power"] };
  try {
    await powerCycle(env, power);
    steps.push(`power cycled by ${power.label}`);
  } catch (error) {
    steps.push(isHarnessError(error) ? `no power cycle: ${error.message}` : "the power switch failed");
  }
  let after = before;
  for (let look = 0; look < LOOKS_MAX; look++) {
    after = await check(env, options);
    if (after.aaguid !== undefined)
      return { isBack: true, steps: [...steps, after.text], aaguid: after.aaguid };
    await sleep(env.clock, LOOK_MS, "rig.look");
  }
  return { isBack: false, steps: [...steps, after.text] };
}

/** Opens the key anew and asks it who it is. */
async function check(
  env: Env,
  { open, aaguid }: RecoveryOptions,
): Promise<{ readonly text: string; readonly aaguid?: string }> {
  try {
    const budget = { timer: "rig.check", budgetMs: CHECK_MS, aftermath: "none" } as const;
    const found = await within(env, budget, async (signal) => {
      await using device = await open(env);
      const { info } = await openSession(env, device, { signal });
      return toHex(info.aaguid);
    });
    if (aaguid === undefined || aaguid === found) return { text: "answers getInfo", aaguid: found };
    return { text: `another key is in its place: AAGUID ${found}` };
  } catch (error) {
    if (isHarnessError(error)) return { text: `no answer: ${error.code}` };
    throw error;
  }
}
