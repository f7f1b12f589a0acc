import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
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

/** `38.000 s too late`, `54.700 s to spare`; `4.000 s too late to 1.000 s to spare` where clocks leave it open. */
export function marginInWords([lowMs, highMs]: readonly [number, number]): string {
  const inWords = (ms: number) => (ms < 0 ? `${seconds(-ms)} too late` : `${seconds(ms)} to spare`);
  return lowMs === highMs ? inWords(lowMs) : `${inWords(lowMs)} to ${inWords(highMs)}`;
}

/** The least and the most that a margin can be, which are one where all clocks agree; `undefined` where there is no margin. */
export function marginRangeOf({
  marginMs,
  marginRangeMs,
}: Pick<CeremonyDiagnosis, "marginMs" | "marginRangeMs">): readonly [number, number] | undefined {
  return marginRangeMs ?? (marginMs === undefined ? undefined : [marginMs, marginMs]);
}

export function toneOfRootCause(mechanism: RootCauseId | undefined): Tone {
  if (mechanism === "success") return "good";
  return mechanism === undefined || mechanism === "undecided" ? "fault" : "bad";
}

/** A sentence whose durations do not part from their unit at the end of a line. */
export function prose(text: string): string {
  return text.replace(/(\d) (m?s)\b/g, "$1\u00A0$2");
}
