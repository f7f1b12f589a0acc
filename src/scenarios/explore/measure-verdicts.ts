import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { SAMPLE_NAMES } from "../../oracle/draw-plan.js";
import { measure, type MeasureOptions } from "../../oracle/measure.js";
import type { OracleTable } from "../../oracle/table.js";
import { diagnose, knobInfos, oracleRunner } from "./oracle-runner.js";

/** What {@link measureVerdicts} is given: every knob of the world is drawn. */
export type MeasureVerdictsOptions = Omit<MeasureOptions, "knobs">;

const OPTIONS = parameters<MeasureVerdictsOptions>({
  seed: shape.text,
  draws: shape.list(arg.count),
  sample: maybe(shape.oneOf(SAMPLE_NAMES)),
  missing: maybe(shape.flag),
  clocks: maybe(shape.flag),
  onCase: maybe(arg.callable),
  onDraw: maybe(arg.callable),
});

/**
 * Measures the rules of the diagnosis by counterfactual runs in simulated worlds.
 *
 * The same options give the same table, and tables of different draws are merged by `mergeTables`.
 */
export async function measureVerdicts(options: MeasureVerdictsOptions): Promise<OracleTable> {
  checkArguments("measureVerdicts", { options: [OPTIONS, options] });
  return measure({ runner: oracleRunner, diagnose }, { ...options, knobs: knobInfos() });
}
