import { namesHint } from "../../core/place.js";
import type { KnobName, KnobOverrides } from "../../sim/knobs/knobs.js";
import { type MeasuredSession, RecordingError } from "./measure-session.js";

/** A change of one time of a recorded session: so much later than it was. */
export interface Slowdown {
  /** `key.touch`, `phone` and so on. */
  readonly what: string;
  /** Milliseconds; below zero: earlier. */
  readonly byMs: number;
}

interface Target {
  readonly knob: KnobName;
  readonly road?: MeasuredSession["road"];
  readonly text: string;
}

/** What can be changed, and the knob that does it. */
export const SLOWDOWN_TARGETS: Readonly<Record<string, Target>> = {
  "key.touch": { knob: "key.touchDelayMs", road: "hid", text: "the user's gesture on the key" },
  "key.processing": { knob: "key.processingMs", text: "the authenticator, before it asks for the gesture" },
  "key.create": { knob: "key.createMs", text: "the authenticator, from the gesture to the new passkey" },
  phone: { knob: "key.touchDelayMs", road: "hybrid", text: "the user's gesture on the phone" },
  "phone.scan": { knob: "phone.scanDelayMs", road: "hybrid", text: "the phone's reading of the QR code" },
  "site.options": { knob: "rp.optionsMs", text: "the site's answer with the options" },
  "site.finish": { knob: "rp.finishMs", text: "the site's answer to the new passkey or signature" },
};

const UNIT_MS = { ms: 1, s: 1_000, min: 60_000 } as const;

/** Reads `key.touch=35s`. @returns undefined for what is none. */
export function parseSlowdown(text: string): Slowdown | undefined {
  const [, what, digits, unit] = /^([a-z.]+)=([+-]?\d+(?:\.\d+)?)(ms|s|min)$/.exec(text) ?? [];
  if (what === undefined || digits === undefined) return undefined;
  return { what, byMs: Math.round(Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS]) };
}

/**
 * The knobs of a session with some of its times changed.
 *
 * @param defaults values of knobs that were not measured.
 * @throws {RecordingError} `RECORDING_CHANGE_UNKNOWN`
 */
export function slowedKnobs(
  { knobs, road }: MeasuredSession,
  slowdowns: readonly Slowdown[],
  defaults: (knob: KnobName) => number | null,
): KnobOverrides {
  const changed: Record<string, unknown> = { ...knobs };
  for (const { what, byMs } of slowdowns) {
    const target = Object.hasOwn(SLOWDOWN_TARGETS, what) ? SLOWDOWN_TARGETS[what] : undefined;
    if (target === undefined) {
      throw new RecordingError("RECORDING_CHANGE_UNKNOWN", `nothing of a session is called "${what}"`, {
        hint: namesHint(what, Object.keys(SLOWDOWN_TARGETS)),
      });
    }
    if (target.road !== undefined && target.road !== road) {
      const had = road === "hybrid" ? "a phone" : "a key, and no phone";
      throw new RecordingError("RECORDING_CHANGE_UNKNOWN", `the recorded session had ${had}: no "${what}"`);
    }
    const measured = changed[target.knob] === undefined ? defaults(target.knob) : changed[target.knob];
    // A gesture that never came does not come later either.
    if (typeof measured === "number") changed[target.knob] = Math.max(0, measured + byMs);
  }
  return changed;
}
