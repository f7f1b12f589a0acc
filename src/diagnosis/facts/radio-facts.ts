import { causeText } from "../../core/events/hybrid.js";
import { nameTimer, seconds } from "../evidence.js";
import { firedTimer, mainExchange, type CeremonyTrace, type LinkStage } from "./ceremony.js";
import type { TimerUse } from "./timers.js";

/** What a trace says of a computer that looked for a phone. */
export interface Search {
  /** The code was shown, the linked phone was called, or Bluetooth was asked for. */
  readonly began: LinkStage;
  /** Link stages that the computer reported, and link stages of the other parties. */
  readonly own: readonly LinkStage[];
  readonly others: readonly LinkStage[];
  /** An advert that was meant for this computer. */
  readonly seen: LinkStage | undefined;
}

const BEGINNINGS: readonly string[] = ["qr-shown", "contacting", "radio-off"];

/** `undefined` where no phone was looked for. */
export function searchOf({ linkStages }: CeremonyTrace): Search | undefined {
  const began = linkStages.find(({ stage }) => BEGINNINGS.includes(stage));
  if (began === undefined) return undefined;
  const own = linkStages.filter(({ actor }) => actor === began.actor);
  return {
    began,
    own,
    others: linkStages.filter(({ actor }) => actor !== began.actor),
    seen: own.find(({ stage }) => stage === "advert-seen"),
  };
}

/** A search that came to nothing: no phone was ever within reach, and a timer ended the wait. */
export interface FailedScan extends Search {
  readonly timer: TimerUse;
  readonly endedAtMs: number;
}

/** The inner one of two that fired is the one that ended the wait. */
const ENDINGS: readonly string[] = ["hybrid.scan", "hybrid.link", "client.ceremony", "page.guard"];

export function failedScanOf(ceremony: CeremonyTrace): FailedScan | undefined {
  const search = searchOf(ceremony);
  if (search === undefined || search.seen || mainExchange(ceremony) || ceremony.settled?.resolved)
    return undefined;
  // A linked phone is called over a tunnel that the computer has opened: it waits no longer than the tunnel lives.
  const endings = search.began.stage === "contacting" ? ["tunnel.ttl", ...ENDINGS] : ENDINGS;
  const timer = endings.map((name) => firedTimer(ceremony, name)).find((use) => use !== undefined);
  if (timer?.endedAtMs === undefined) return undefined;
  return { ...search, timer, endedAtMs: timer.endedAtMs };
}

export const stageIn = (stages: readonly LinkStage[], wanted: string): LinkStage | undefined =>
  stages.find(({ stage }) => stage === wanted);

export const lastStageIn = (stages: readonly LinkStage[], wanted: string): LinkStage | undefined =>
  stages.findLast(({ stage }) => stage === wanted);

/** Says what a phone broadcast: `20 bytes`, or `its advert` where its length is not known. */
export function broadcastText({ bytes }: LinkStage): string {
  return bytes === undefined ? "its advert" : `${bytes} bytes`;
}

/** Returns the link stages that the phones reported, in the order of the records. */
export function phoneLines({ others, endedAtMs }: FailedScan): readonly string[] {
  return others
    .filter(({ atMs }) => atMs <= endedAtMs)
    .flatMap((told) => {
      const { atMs, actor, stage } = told;
      const who = `${seconds(atMs)}: ${actor}`;
      if (stage === "qr-scanned") return [`${who} read a code`];
      if (stage === "advert-sent") return [`${who} broadcast ${broadcastText(told)}`];
      if (stage === "failed") return [`${who} gave up (${causeText(told) ?? "no reason given"})`];
      return [];
    });
}

/** How many adverts of others the computer passed over. */
export function passedOverLine({ own, endedAtMs }: FailedScan): string | undefined {
  const passed = own.filter(
    ({ stage, atMs }) => atMs <= endedAtMs && (stage === "advert-foreign" || stage === "advert-too-long"),
  );
  const [first] = passed;
  if (first === undefined) return undefined;
  return `from ${seconds(first.atMs)} on: ${passed.length} adverts heard that were not for this computer`;
}

export function timerLine({ timer, endedAtMs }: FailedScan): string {
  return `${seconds(endedAtMs)}: ${nameTimer(timer)} fired`;
}

export function beganLine({ began }: Search): string {
  return `${seconds(began.atMs)}: ${began.stage}`;
}
