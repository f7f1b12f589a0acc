import { scenarioNamed } from "../../entry/scenarios.js";
import type { Command } from "../command.js";
import { run, runOne, OUTPUT_HELP, OUTPUT_OPTIONS } from "./run.js";

const DEMO = "late-delivery";

export const demo: Command = {
  name: "demo",
  summary: "the scenario this tool was made for: an error on the page, and a passkey all the same",
  synopsis: "[--seed TEXT] [--json]",
  help: `  Plays the scenario ${DEMO} on simulated devices, two minutes in milliseconds.
  --seed TEXT          what the run is made of (1)
${OUTPUT_HELP}`,
  options: {
    seed: run.options["seed"] ?? { type: "string" },
    ...OUTPUT_OPTIONS,
  },
  run: (invocation) => runOne(scenarioNamed(DEMO), invocation),
};
