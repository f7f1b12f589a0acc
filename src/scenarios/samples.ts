import type { KnobName } from "../sim/knobs/knobs.js";
import type { KnobValue } from "../sim/knobs/knob-spec.js";

/** Range that a knob is sampled from: whole numbers, both ends included, or the values themselves. */
export type SampleRange = readonly [from: number, to: number] | { readonly oneOf: readonly KnobValue[] };

export type SampleRanges = { readonly [Name in KnobName]?: SampleRange | null };

/**
 * Describes what may vary in a scenario without making it another one. Plain JSON.
 *
 * Every member replaces what `sampleScenario` would sample without it.
 */
export interface Sampling {
  /** Share by which the scenario's own times may be off, both ways; {@link JITTER} when absent. */
  readonly jitter?: number;
  /** How much later than in its script each action may come, in milliseconds. */
  readonly pauseMs?: readonly [from: number, to: number];
  /** Replaces the range that a knob is sampled from; `null`: the knob stays as it is. */
  readonly knobs?: SampleRanges;
  /** Likewise for knobs that the script turns in mid-run. */
  readonly turns?: SampleRanges;
  /** What would make the sample another scenario otherwise. */
  readonly why: string;
}

/** Default jitter: enough to move every time of a scenario past its neighbours, too little to change most scenarios. */
export const JITTER = 0.2;

/** Default pause before each action, in milliseconds: no user keeps to a script by the millisecond. */
export const PAUSE_MS = [0, 2_000] as const;

/**
 * Knobs of parties that a scenario does not mention, and how they vary where nothing is wrong with them.
 *
 * Sources: measurements and models of the latency of one registration by QR code; 100 to 250 ms between two
 * keepalives (Chromium, usbd-ctaphid); mails within a minute, where no user waits for a code.
 */
export const BACKGROUND_PARAMETERS: { readonly [Name in KnobName]?: SampleRange } = {
  "net.latencyMs": [5, 400],
  "rp.optionsMs": [10, 700],
  "rp.finishMs": [100, 2_000],
  "mail.delayMs": [1_000, 60_000],
  "sms.delayMs": [1_000, 20_000],
  "user.closeSheetMs": [500, 15_000],
  "user.pickMs": [1_000, 10_000],
  "user.pinEntryMs": [2_000, 9_000],
  "user.codeEntryMs": [2_000, 12_000],
  "client.chooserMs": [0, 8_000],
  "host.stallAfterTokenMs": [0, 3_000],
  "hid.keepaliveMs": [50, 250],
  "hid.gapMs": [0, 20],
  "hid.foreignFrames": { oneOf: [false, true] },
  "key.touchDelayMs": [500, 8_000],
  "key.processingMs": [20, 400],
  "key.createMs": [0, 3_000],
  "key.used": [0, 20],
  "ble.advertDelayMs": [20, 5_000],
  "ble.advertLossPct": [0, 40],
  "tunnel.connectDelayMs": [150, 3_000],
  "tunnel.latencyMs": [10, 250],
  "phone.scanDelayMs": [3_000, 15_000],
  "phone.startDelayMs": [100, 600],
  "phone.bluetoothOn": { oneOf: [true, false] },
  "phone.tapDelayMs": [500, 8_000],
  "push.delayMs": [200, 5_000],
};
