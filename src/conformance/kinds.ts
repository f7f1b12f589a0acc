import type { AuthenticatorInfo } from "../ctap/messages/get-info.js";

/** How strongly the specification asks for it, in its own words: MUST, SHOULD, MAY. */
export const SEVERITIES = ["must", "should", "may"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * What a check uses up or changes: `presence` a touch; `store` room for a credential; `pin` the PIN, its tries and its
 * tokens; `config` settings; `reset` everything on the device; `power` a switch for its power.
 */
export const USES = ["presence", "store", "pin", "config", "reset", "power"] as const;
export type Use = (typeof USES)[number];

/** What a device said of itself when the run began. */
export interface Described {
  /** Absent for a device that answers no getInfo. */
  readonly info: AuthenticatorInfo | undefined;
  /** Capability byte of the INIT answer; absent where reports are out of reach. */
  readonly capabilities: number | undefined;
}

/** A condition that a check needs, with the reason that a device without it is told. */
export interface Need {
  /** Completes "the device ...". */
  readonly lacks: string;
  readonly holds: (device: Described) => boolean;
}

/** What was measured or seen beside the outcome: plain values, no secrets. */
export type Observations = Readonly<Record<string, string | number | boolean>>;
