import { measure, type MeasureOptions } from "../../oracle/measure.js";
import type { OracleTable } from "../../oracle/table.js";
import { diagnose, knobInfos, oracleRunner } from "./oracle-runner.js";

/** Measures the rules of the diagnosis by counterfactual runs in simulated worlds. */
export function measureVerdicts(options: Omit<MeasureOptions, "knobs">): Promise<OracleTable> {
  return measure({ runner: oracleRunner, diagnose }, { ...options, knobs: knobInfos() });
}
