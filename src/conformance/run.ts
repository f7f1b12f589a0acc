import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { toHex } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import { shape } from "../core/shape.js";
import { Bench } from "./bench.js";
import { isOk } from "./answer.js";
import type { Check, Use } from "./check.js";
import { CHECKS } from "./checks/registry.js";
import { setPin } from "./pin.js";
import { type CheckResult, type ConformanceResult, countOutcomes, type DeviceSummary } from "./result.js";
import type { Target } from "./target.js";
import { CheckFailure, Inconclusive, NotApplicable } from "./verdict.js";

export interface ConformanceOptions {
  /** Ids of the checks to run, with `*` for any characters: `hid.*`. All when absent. */
  readonly only?: readonly string[] | undefined;
  /** Called after each check. */
  readonly onResult?: ((result: CheckResult) => void) | undefined;
  /** Ends the run after the check that runs; a request that waits for the user is cancelled. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = parameters<ConformanceOptions>({
  only: maybe(shape.list(shape.text)),
  onResult: maybe(arg.callable),
  signal: maybe(arg.signal),
});

const TARGET = arg.with("a target, as conformanceTarget makes one,", "label", "allowed");

/** Characters of a PIN that a run makes up: letters and digits, so that a policy of complexity takes it. */
const PIN_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ";

/**
 * Runs the checks against one device, one after the other.
 *
 * The device is changed by what `target.allowed` names and by nothing else: a check that would do more is left out, and
 * its result says so. With `reset` allowed and a power switch at hand the run begins and ends with a reset.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param target the device, what may be done to it and who touches it.
 * @param options which checks.
 * @returns the outcome of each check. A check never throws.
 * @throws {TransportError} when the device cannot be opened at all; the signal's reason once it has aborted.
 *
 * @example
 * const result = await env.clock.run(runConformance(env, target, { only: ["hid.*"] }));
 * console.log(result.counts.fail);
 */
export async function runConformance(
  env: Env,
  target: Target,
  options: ConformanceOptions = {},
): Promise<ConformanceResult> {
  checkArguments("runConformance", {
    env: [arg.env, env],
    target: [TARGET, target],
    options: [OPTIONS, options],
  });
  const bench = new Bench(env, target, options.signal);
  await bench.open();
  const results: CheckResult[] = [];
  const state: RunState = { bench, pin: target.pin ?? madeUpPin(env), isSet: false };
  try {
    const mayReset = bench.may("reset") && bench.may("power") && bench.may("presence");
    if (mayReset && bench.described.info !== undefined) await fresh(state);
    const device = summaryOf(bench, target);
    for (const check of inOrder(selectChecks(options.only))) {
      options.signal?.throwIfAborted();
      const result = await judge(state, check);
      results.push(result);
      options.onResult?.(result);
    }
    if (state.isSet && mayReset) await fresh(state);
    return { schema: 1, device, counts: countOutcomes(results), results };
  } finally {
    await bench.close();
  }
}

/** The checks that a list of patterns names; all of them without one. */
export function selectChecks(patterns: readonly string[] | undefined): readonly Check[] {
  if (patterns === undefined || patterns.length === 0) return CHECKS;
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`),
  );
  return CHECKS.filter(({ id }) => expressions.some((expression) => expression.test(id)));
}

interface RunState {
  readonly bench: Bench;
  /** Set on devices that have none. Secret. */
  readonly pin: string;
  /** This run set it. */
  isSet: boolean;
}

/** Back to the factory. A device that refuses is tested as it is. */
async function fresh(state: RunState): Promise<void> {
  try {
    await state.bench.resetDevice();
    state.isSet = false;
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    await state.bench.settle();
    await state.bench.look();
  }
}

/** Without a PIN first, then whatever the state, then with a PIN, then what looks back over the run. */
function inOrder(checks: readonly Check[]): readonly Check[] {
  const phase = ({ id, pin }: Check) => {
    if (id.startsWith("encoding.") || id === "hid.framing.kept") return 3;
    if (pin === "set") return 2;
    return pin === "unset" ? 0 : 1;
  };
  return [...checks].sort((a, b) => phase(a) - phase(b));
}

async function judge(state: RunState, check: Check): Promise<CheckResult> {
  const { bench } = state;
  const { id, title, section, severity } = check;
  const beganMs = bench.env.clock.nowMs();
  const ended = (rest: Pick<CheckResult, "outcome"> & Partial<CheckResult>): CheckResult => ({
    id,
    title,
    section,
    severity,
    tookMs: Math.round(bench.env.clock.nowMs() - beganMs),
    ...rest,
  });
  const missing = check.needs?.find((need) => !need.holds(bench.described));
  if (missing) return ended({ outcome: "not-applicable", reason: `the device ${missing.lacks}` });
  const barred = check.uses?.find((use) => !bench.may(use));
  if (barred) return ended({ outcome: "left-out", reason: LEFT_OUT[barred] });
  try {
    await prepare(state, check);
    // What the state changed, such as a PIN, may change what the device says of itself.
    const gone = check.needs?.find((need) => !need.holds(bench.described));
    if (gone) return ended({ outcome: "not-applicable", reason: `the device ${gone.lacks} now` });
    const observations = await check.run(bench);
    return ended({ outcome: "pass", ...(observations && { observations }) });
  } catch (error) {
    if (error instanceof CheckFailure) return ended({ outcome: "fail", failure: error.detail });
    if (error instanceof NotApplicable) return ended({ outcome: "not-applicable", reason: error.message });
    const reason = error instanceof Error ? error.message : String(error);
    return ended({
      outcome: "inconclusive",
      reason: error instanceof Inconclusive || isHarnessError(error) ? reason : `unexpected: ${reason}`,
    });
  }
}

const LEFT_OUT: Readonly<Record<Use, string>> = {
  presence: "nobody touches the device in this run",
  store: "would store credentials or blobs on the device; --allow store lets it",
  pin: "would try, set or change the PIN; --allow pin lets it",
  config: "would change settings of the device; --allow config lets it",
  reset: "would erase the device; --allow reset lets it",
  power: "needs a switch for the power of the device",
};

/** Brings channel, power and PIN into the state that the check needs. */
async function prepare(state: RunState, check: Check): Promise<void> {
  const { bench } = state;
  try {
    await bench.settle();
  } catch (error) {
    if (!bench.may("power")) throw error;
    await bench.powerCycle();
  }
  await bench.look();
  if (check.pin === undefined) return;
  const set = bench.described.info?.options?.["clientPin"];
  if (check.pin === "unset" && set === true) {
    if (!bench.may("reset") || !bench.may("power") || !bench.may("presence")) {
      throw new NotApplicable("a PIN is set on the device");
    }
    await bench.resetDevice();
    state.isSet = false;
  }
  if (check.pin === "set") await demandPin(state, set);
}

async function demandPin(state: RunState, set: boolean | undefined): Promise<void> {
  const { bench, pin } = state;
  if (set === undefined) throw new NotApplicable("the device can have no PIN");
  if (set) {
    if (bench.knownPin === undefined) throw new NotApplicable("the device has a PIN that was not given");
    return;
  }
  if (!bench.may("pin")) throw new NotApplicable("no PIN is set, and --allow pin does not let one be set");
  const answer = await setPin(bench, pin);
  if (!isOk(answer)) throw new Inconclusive("no PIN could be set");
  bench.knownPin = pin;
  state.isSet = true;
  await bench.look();
}

function madeUpPin(env: Env): string {
  const letters = [...env.entropy.fork("conformance-pin").bytes(10)].map(
    (byte, index) => (index % 3 === 2 ? String(byte % 10) : PIN_LETTERS[byte % PIN_LETTERS.length]) ?? "0",
  );
  return letters.join("");
}

function summaryOf({ described: { info } }: Bench, { label }: Target): DeviceSummary {
  return {
    label,
    ...(info && {
      aaguid: toHex(info.aaguid),
      versions: info.versions,
      ...(info.firmwareVersion !== undefined && { firmwareVersion: String(info.firmwareVersion) }),
    }),
  };
}
