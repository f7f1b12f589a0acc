import { seconds } from "../mechanism.js";
import type { Ceremony, TraceFacts } from "./trace-facts.js";

/** What a phone's screen told its owner of failures during a ceremony, word for word: evidence, never a criterion. */
export function phoneScreenLines(
  { beganAtMs, settled }: Ceremony,
  { records }: TraceFacts,
): readonly string[] {
  return records.flatMap((record) =>
    record.kind === "user.saw" &&
    record.where === "phone" &&
    record.tone === "failure" &&
    record.atMs >= beganAtMs &&
    record.atMs <= (settled?.atMs ?? Infinity)
      ? [`${seconds(record.atMs)}: the phone's screen said "${record.text}"`]
      : [],
  );
}
