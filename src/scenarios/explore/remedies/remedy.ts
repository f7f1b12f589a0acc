import type { KnobOverrides } from "../../../sim/knobs/knobs.js";

/**
 * Changes that follow an advice, by the advice's sentence. Each change is made by itself.
 *
 * Where a page is advised to say something to its user, the change is that the user does what is said.
 */
export type Remedies = Readonly<Record<string, readonly KnobOverrides[]>>;

/** Remedies by the cause whose verdicts give the advice. */
export type RemedyTable = Readonly<Record<string, Remedies>>;

/** A second registration takes the place of what the first one left on the authenticator. */
export const STABLE_HANDLE: readonly KnobOverrides[] = [{ "rp.userIdStable": true }];

/** Longer than the pages and clients of the simulation wait by themselves. */
export const TEN_MINUTES_MS = 600_000;

/** What sites are advised to ask for. */
export const FIVE_MINUTES_MS = 300_000;
