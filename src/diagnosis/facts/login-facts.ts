import { evidenceOf, seconds } from "../evidence.js";
import { finishLine } from "./site-facts.js";
import type { SiteCall } from "./site-calls.js";
import { takenAnswer } from "./request-end.js";
import { firedTimer, type CeremonyTrace } from "./ceremony.js";

const NOTHING_FOUND: readonly string[] = ["NO_CREDENTIALS", "INVALID_CREDENTIAL"];

/** The authenticator that says itself that it found nothing. */
export function searchedAuthenticator({ records }: CeremonyTrace): string | undefined {
  return records.findLast(({ kind }) => kind === "ctap.nothing-found")?.actor;
}

/** The authenticator that was asked, by whose timer ran. */
export function askedAuthenticator(ceremony: CeremonyTrace): string | undefined {
  return ceremony.timers.find(({ timer }) => timer.startsWith("key."))?.owner;
}

export const offeredLine = ({ options }: CeremonyTrace) =>
  options &&
  `${seconds(options.answeredAtMs ?? options.askedAtMs)}: login options offered ${options.offered?.join(", ") || "no id"}`;

/** When the authenticator said that it has none of what was asked for, or denied what its owner had agreed to. */
export function nothingFoundAtMs(ceremony: CeremonyTrace): number | undefined {
  const answer = takenAnswer(ceremony);
  if (deniedAfterConsent(ceremony)) return answer?.answeredAtMs;
  return NOTHING_FOUND.includes(answer?.status ?? "") ? answer?.answeredAtMs : undefined;
}

/** Says whether an answer was a denial although the user had agreed and no timer had fired: a denial not by the user. */
export function deniedAfterConsent(ceremony: CeremonyTrace): boolean {
  const answer = takenAnswer(ceremony);
  if (answer?.status !== "OPERATION_DENIED") return false;
  const isOver = firedTimer(ceremony, "key.up") ?? firedTimer(ceremony, "phone.platform");
  return isOver === undefined && ceremony.gestures.at(-1)?.answer === "approved";
}

/** Which key signed or was made, and the finish call that was refused. */
export function signedAndRefused(
  { keysCreated, keysUsed }: CeremonyTrace,
  refused: SiteCall,
): readonly string[] {
  const used = keysUsed.at(-1);
  return evidenceOf(
    ...keysCreated.map(({ atMs, credential }) => `${seconds(atMs)}: key ${credential} created`),
    used && `${seconds(used.atMs)}: key ${used.credential} signed on ${used.authenticator}`,
    finishLine(refused),
  );
}
