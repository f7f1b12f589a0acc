import type { KnobOverrides } from "../sim/knobs.js";
import type { Expectation } from "./expectation.js";

/** One thing a person (or a lab assistant) does. Verbs run one after the other. */
export type Verb =
  /** Presses "create a passkey" and waits until the page has nothing left to do. */
  | { readonly do: "register"; readonly atMs?: number; readonly account?: string }
  /** Presses "log in with a passkey" and waits likewise. */
  | { readonly do: "login"; readonly atMs?: number; readonly account?: string }
  | { readonly do: "wait"; readonly forMs: number }
  /** Turns knobs in the middle of a run, for what follows. */
  | { readonly do: "set"; readonly atMs?: number; readonly knobs: KnobOverrides };

export type ScenarioGroup =
  "usb" | "pin" | "ble" | "tunnel" | "phone" | "site" | "client" | "fallback" | "basics";

/** A story as data: nothing in here is code, so it can be printed, stored and swept. */
export interface Scenario {
  readonly id: string;
  readonly group: ScenarioGroup;
  /** One line for a list. */
  readonly title: string;
  /** What happens and why it matters, for somebody who has never seen it. */
  readonly story: string;
  /** Where it was seen: a field report, a public issue, a specification section. */
  readonly sources: readonly string[];
  readonly knobs: KnobOverrides;
  readonly script: readonly Verb[];
  readonly expect: Expectation;
}
