import type { CeremonyTrace, LinkStage } from "./ceremony.js";

/** A phone that read a code which had been used up by another phone. */
export interface SecondPhone {
  readonly first: LinkStage;
  /** When the computer heard the first one. */
  readonly seen: LinkStage;
  /** When the second one read the code. */
  readonly second: LinkStage;
}

/** Finds another phone that read the code of this request and was not heard, because the computer had heard one before. */
export function secondPhoneOf({ linkStages, lateStages }: CeremonyTrace): SecondPhone | undefined {
  const stages = [...linkStages, ...lateStages];
  const seen = stages.find(({ stage }) => stage === "advert-seen");
  const first = stages.findLast(({ stage, atMs }) => stage === "advert-sent" && atMs <= (seen?.atMs ?? -1));
  if (seen === undefined || first === undefined) return undefined;
  const firstScan = stages.find(({ stage, actor }) => stage === "qr-scanned" && actor === first.actor);
  const broadcastInTime = (other: string) =>
    stages.some(({ stage, actor, atMs }) => stage === "advert-sent" && actor === other && atMs <= seen.atMs);
  const second = stages.find(
    ({ stage, actor, code }) =>
      stage === "qr-scanned" && actor !== first.actor && code === firstScan?.code && !broadcastInTime(actor),
  );
  return second && { first, seen, second };
}
