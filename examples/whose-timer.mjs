// A customer: "the page said it failed, then a mail said the passkey was created". Whose timer fired?
import assert from "node:assert/strict";
import { runScenario, scenarioNamed } from "passkey-harness/scenarios";

const run = await runScenario(scenarioNamed("late-delivery"), { seed: "1" });

console.log(run.explanation.verdict);
console.log(`again: ${run.reproduction}`);
assert.equal(run.explanation.decidedBy?.timer, "page.guard");

// The same story with a page that waits: turn one knob and ask again.
const patient = await runScenario(scenarioNamed("late-delivery"), {
  seed: "1",
  knobs: { "page.guardMs": null },
});
console.log(patient.explanation.verdict);
assert.equal(patient.explanation.mechanism, "success");
