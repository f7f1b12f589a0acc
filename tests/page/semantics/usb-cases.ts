import type { SemanticsCase } from "./cases.js";

/** What an unmodified browser came to in a case, with a key on its computer's USB. */
export interface UsbResult {
  readonly value: unknown;
  readonly ms: number;
  /** What the key was asked and answered. */
  readonly key: readonly string[];
}

/** File among the artefacts of the lab's run. */
export const USB_RESULTS = "results.json";

/** Cases that no key on USB can play. */
const NOT_APPLICABLE: Readonly<Record<string, string>> = {};

export const PLAYED = ({ id }: SemanticsCase): boolean => NOT_APPLICABLE[id] === undefined;
