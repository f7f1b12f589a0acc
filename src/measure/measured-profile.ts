import { CtapStatus } from "../ctap/status.js";
import type { Measurement } from "./measurement.js";

/** Members of a device profile that a measurement gives, for a file that the simulator loads. */
export interface MeasuredProfile {
  readonly timeouts: { readonly upTimeoutMs?: number; readonly processingMs?: number };
  readonly latencies: Readonly<Record<string, readonly number[]>>;
  readonly usb: {
    readonly keepaliveMs?: number;
    readonly initDelayMs?: number;
    readonly cancelDelayMs?: number;
  };
  readonly quirks: readonly string[];
}

/** Quirk that a status stands for after a touch that never came. @see CTAP 2.3 §6.1.2 step 14, §6.9 */
const QUIRKS: ReadonlyMap<number, string> = new Map([
  [CtapStatus.ACTION_TIMEOUT, "answers3aOnTouchTimeout"],
  [CtapStatus.USER_ACTION_TIMEOUT, "answers2fOnTouchTimeout"],
  [CtapStatus.PUAT_REQUIRED, "answers36OnTouchTimeout"],
]);

/**
 * Turns a measurement into members of a profile.
 *
 * @param measurement what `measureDevice` came to.
 * @returns only what was measured; merge it into the profile that getInfo gives.
 */
export function measuredProfile(measurement: Measurement): MeasuredProfile {
  const { commands, init, keepaliveCadence, cancel, presenceTimeoutMs, presenceTimeoutStatus } = measurement;
  const processing = commands.makeCredential ?? commands.getAssertion;
  const quirk = QUIRKS.get(presenceTimeoutStatus ?? 0);
  return {
    timeouts: {
      ...(presenceTimeoutMs !== undefined && { upTimeoutMs: Math.round(presenceTimeoutMs) }),
      ...(processing && { processingMs: Math.round(processing.p50Ms) }),
    },
    latencies: Object.fromEntries(
      Object.entries(commands).flatMap(([name, distribution]) =>
        distribution === undefined ? [] : [[name, distribution.quantilesMs.map(Math.round)] as const],
      ),
    ),
    usb: {
      ...(keepaliveCadence && { keepaliveMs: Math.max(1, Math.round(keepaliveCadence.p50Ms)) }),
      ...(init && { initDelayMs: Math.round(init.p50Ms) }),
      ...(cancel && { cancelDelayMs: Math.round(cancel.p50Ms) }),
    },
    quirks: quirk === undefined ? [] : [quirk],
  };
}

/** The same as knobs of scenarios: `--set key.processingMs=730`. */
export function measuredKnobs(measurement: Measurement): Readonly<Record<string, number | string>> {
  const { timeouts, usb } = measuredProfile(measurement);
  const statuses: ReadonlyMap<number, string> = new Map([
    [CtapStatus.ACTION_TIMEOUT, "0x3a"],
    [CtapStatus.USER_ACTION_TIMEOUT, "0x2f"],
    [CtapStatus.OPERATION_DENIED, "0x27"],
  ]);
  const status = statuses.get(measurement.presenceTimeoutStatus ?? 0);
  return {
    ...(timeouts.processingMs !== undefined && { "key.processingMs": timeouts.processingMs }),
    ...(timeouts.upTimeoutMs !== undefined && { "key.upTimeoutMs": timeouts.upTimeoutMs }),
    ...(status !== undefined && { "key.upStatus": status }),
    ...(usb.keepaliveMs !== undefined && { "hid.keepaliveMs": usb.keepaliveMs }),
  };
}
