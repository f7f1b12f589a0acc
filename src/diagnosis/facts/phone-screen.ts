import { seconds } from "../evidence.js";
import type { CeremonyTrace } from "./ceremony.js";

/** Quotes the failures that a phone's screen showed during a ceremony, word for word: evidence, never a criterion. */
export function phoneScreenLines({ records, settled }: CeremonyTrace): readonly string[] {
  return records.flatMap((record) =>
    record.kind === "user.saw" &&
    record.where === "phone" &&
    record.tone === "failure" &&
    record.atMs <= (settled?.atMs ?? Infinity)
      ? [`${seconds(record.atMs)}: the phone's screen said "${record.text}"`]
      : [],
  );
}
