import type { CeremonyDiagnosis } from "../explanation.js";
import { PLACEHOLDERS, type Placeholder, type ValueWords } from "./messages.js";

/** Longest time that is told in seconds, and in minutes. */
const SECONDS_MAX_MS = 120_000;
const MINUTES_MAX_MS = 7_200_000;
/** Shorter times are told as a moment: no count of one is needed in any language. */
const MOMENT_MAX_MS = 1_500;

const MS = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/** Returns the values of the placeholders of a diagnosis, from its typed members alone. */
export function valuesOf(
  { decidedBy, endedBy, marginMs }: CeremonyDiagnosis,
  words: ValueWords,
): Readonly<Record<Exclude<Placeholder, "state">, string>> {
  const timer = decidedBy ?? endedBy?.timer;
  const lateMs = marginMs !== undefined && marginMs < 0 ? -marginMs : undefined;
  return {
    span: spanOf(timer?.budgetMs, words) ?? words.unknownSpan,
    late: spanOf(lateMs, words) ?? words.unknownLate,
    device: words.devices[deviceOf(timer?.owner)],
  };
}

/** Says a time in words. @returns `undefined` where there is none, or one without end. */
function spanOf(ms: number | undefined, words: ValueWords): string | undefined {
  if (ms === undefined || !Number.isFinite(ms)) return undefined;
  if (ms < MOMENT_MAX_MS) return words.moment;
  const [text, unitMs] =
    ms < SECONDS_MAX_MS
      ? [words.seconds, MS.second]
      : ms < MINUTES_MAX_MS
        ? [words.minutes, MS.minute]
        : [words.hours, MS.hour];
  return text.replace("{count}", String(Math.round(ms / unitMs)));
}

/** Names of actors begin with what they are: `key`, `phone`, `desktop`, `browser`. */
function deviceOf(actor: string | undefined): keyof ValueWords["devices"] {
  if (actor === undefined) return "other";
  if (actor.startsWith("key")) return "key";
  if (actor.startsWith("phone")) return "phone";
  return /^(desktop|browser)/.test(actor) ? "computer" : "other";
}

/** Puts values into a message; a name in braces that is no placeholder stays as it is. */
export function fill(message: string, values: Readonly<Partial<Record<Placeholder, string>>>): string {
  return PLACEHOLDERS.reduce(
    (text, name) => text.replaceAll(`{${name}}`, () => values[name] ?? `{${name}}`),
    message,
  );
}
