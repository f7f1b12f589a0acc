import { arg } from "../core/argument.js";
import type { KnobOverrides } from "../sim/knobs/knobs.js";
import type { CodeChoice } from "../sim/factors/visitor.js";
import type { FactorName, ProviderName } from "../sim/factors/code-book.js";
import type { CatalogueGroup } from "./catalogue/groups.js";
import type { Sampling } from "./samples.js";
import type { Expectation, PartialExpectation } from "./expectation.js";

/** One action of a user (or a lab assistant). Actions run one after the other. */
export type Action =
  /** Presses "create a passkey" and waits until the page has nothing left to do. */
  | {
      readonly do: "register";
      readonly atMs?: number;
      readonly account?: string;
      /** The script goes on at once. */
      readonly inBackground?: boolean;
      /** On a helper's device, which has none of this user's authenticators in reach. */
      readonly by?: "helper";
    }
  /** Presses "log in with a passkey" and waits likewise. */
  | {
      readonly do: "login";
      readonly atMs?: number;
      readonly account?: string;
      /** The script goes on at once. */
      readonly inBackground?: boolean;
      /** On a helper's device, which has none of this user's authenticators in reach. */
      readonly by?: "helper";
    }
  /** Signs in with ID and password. */
  | { readonly do: "enter-password"; readonly atMs?: number }
  /** Asks for a code; once more in the same attempt is asking again. */
  | { readonly do: "request-code"; readonly atMs?: number; readonly factor: FactorName }
  /** Waits for the code, types it, and does so `times` times, one every `everyMs`. */
  | {
      readonly do: "enter-code";
      readonly atMs?: number;
      readonly factor: FactorName;
      /** The one that came first when absent. */
      readonly code?: CodeChoice;
      readonly times?: number;
      readonly everyMs?: number;
    }
  | { readonly do: "sign-in-with"; readonly atMs?: number; readonly provider: ProviderName }
  /** On the settings page. */
  | { readonly do: "change-factor"; readonly atMs?: number; readonly to: FactorName }
  /** Rings the call centre, waits for its hours, and has the factors reset. */
  | { readonly do: "call-centre"; readonly atMs?: number }
  /** Pulls the key out, or plugs it in again. */
  | { readonly do: "unplug" | "replug"; readonly atMs?: number }
  /** The browser ends in mid-request, without a CANCEL; what follows happens in a new one. */
  | { readonly do: "quit-browser"; readonly atMs?: number }
  /** A lab assistant's tool resets the key, which wants a touch. */
  | { readonly do: "reset-key"; readonly atMs?: number }
  | { readonly do: "wait"; readonly forMs: number }
  /** Turns knobs in the middle of a run, for what follows. */
  | { readonly do: "set"; readonly atMs?: number; readonly knobs: KnobOverrides };

/** What a scenario is about, for lists and reports. */
export type ScenarioGroup =
  | CatalogueGroup
  /** Of scenario files from before the catalogue's groups were split; no scenario of the catalogue has them. */
  | "site"
  | "ble"
  /** Written by a user. */
  | "own";

/** Describes a scenario as data: a scenario holds no code, so that it can be printed, stored and swept. */
export interface Scenario {
  readonly id: string;
  readonly group: ScenarioGroup;
  /** One line for a list. */
  readonly title: string;
  /** What happens and why it matters, for a reader who does not know the case. */
  readonly story: string;
  /** Where it was seen: a field report, a public issue, a specification section. */
  readonly sources: readonly string[];
  readonly knobs: KnobOverrides;
  readonly script: readonly Action[];
  readonly expect: Expectation;
  /** What may vary without making it another scenario, where that is not what `sampleScenario` varies by itself. */
  readonly draws?: Sampling;
}

/** A scenario of a user's own: it may promise less than those of the catalogue, or nothing. */
export interface UserScenario extends Omit<Scenario, "expect"> {
  readonly expect?: PartialExpectation;
}

/** A finished scenario, as functions that run one take it. */
export const SCENARIO = arg.with(
  "a scenario, as scenarioNamed(id) or defineScenario(definition) gives one,",
  "id",
  "knobs",
  "script",
);
