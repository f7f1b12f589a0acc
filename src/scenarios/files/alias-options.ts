import type { KnobAlias } from "../../sim/knobs/knobs.js";
import type { ResolvedScenario } from "../catalogue.js";

/** Who is told of former names in a scenario file. */
export interface ScenarioAliasOptions {
  /** Called when `extends` names a scenario of the catalogue by a former id, with the scenario it stands for. */
  readonly onAlias?: ((resolved: ResolvedScenario) => void) | undefined;
  /** Called for every knob that is named by a former name. */
  readonly onKnobAlias?: ((alias: KnobAlias) => void) | undefined;
}
