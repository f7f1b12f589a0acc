import type { RootCauseId } from "../../diagnosis/rules/registry.js";
import type { RunVerdict } from "../run.js";
import { seconds } from "../../diagnosis/evidence.js";
import type { Tone } from "../../core/events/event.js";

/** Words beside the colours, for readers who do not see the colours. */
export const TONE_SIGNS: Readonly<Record<Tone, string>> = {
  wire: "",
  user: "",
  good: "✓",
  bad: "×",
  fault: "!",
};

export const TONE_NAMES: Readonly<Record<Tone, string>> = {
  wire: "message",
  user: "user",
  good: "went well",
  bad: "went wrong",
  fault: "injected fault",
};

export const VERDICT_NAMES: Readonly<Record<RunVerdict, string>> = {
  "as-expected": "as expected",
  unexpected: "NOT as expected",
  "no-expectation": "held to no promise",
};

/** `97.05 s`: no more digits than it takes. */
export function shortSeconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`;
}

/** A budget; one without bound is `Infinity` in a run and may be `null` in what comes from JSON. */
export function spanOfMs(ms: number | null): string {
  return ms === null || ms === Infinity ? "no limit" : shortSeconds(ms);
}

/** `38.000 s too late`, `54.700 s to spare`. */
export function marginInWords(marginMs: number): string {
  return marginMs < 0 ? `${seconds(-marginMs)} too late` : `${seconds(marginMs)} to spare`;
}

export function toneOfRootCause(mechanism: RootCauseId | undefined): Tone {
  if (mechanism === "success") return "good";
  return mechanism === undefined || mechanism === "undecided" ? "fault" : "bad";
}

/** A sentence whose durations do not part from their unit at the end of a line. */
export function prose(text: string): string {
  return text.replace(/(\d) (m?s)\b/g, "$1\u00A0$2");
}
