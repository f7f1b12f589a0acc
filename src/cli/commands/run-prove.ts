import {
  CATALOGUE,
  type Proof,
  type Run,
  type RunOptions,
  proofLine,
  proofToText,
  prove,
  runScenario,
  toJson,
  toText,
  withProvenAdvice,
} from "../../entry/scenarios.js";
import { type Invocation, type Outcome, UsageError } from "../command.js";
import { textOption } from "../options.js";
import { SINGLE_REPORTS, withReports } from "../report-files.js";
import type { Subject } from "../scenario/scenario-subject.js";

/** Runs a scenario, and plays it again without what its verdicts name. */
export async function runProof(
  { scenario, calledAs }: Subject,
  settings: RunOptions,
  invocation: Invocation,
): Promise<Outcome> {
  const { terminal } = invocation;
  const played = await runScenario(scenario, { ...settings, calledAs });
  const proof = await prove(played);
  const run = withProvenAdvice(played, proof);
  const isGood = run.verdict !== "unexpected" && proof.proven;
  const outcome: Outcome = {
    exitCode: isGood ? 0 : 1,
    json: { ok: isGood, ...toJson(run), proof },
    text: [
      toText(run, { color: terminal.color, ...(terminal.columns && { width: terminal.columns }) }),
      "",
      proofToText(proof),
    ].join("\n"),
  };
  return withReports(outcome, [run], invocation);
}

/** Proves the verdicts of every scenario of the catalogue, and lists each with what heals it where they fall. */
export async function proveAll(settings: RunOptions, invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const single = [...SINGLE_REPORTS, "trace"].find((name) => textOption(invocation, name) !== undefined);
  if (single !== undefined) {
    throw new UsageError("USAGE", `--${single} reports one run, not all of them`, {
      hint: `passkey-harness run SCENARIO --prove --${single} FILE`,
    });
  }
  const runs: Run[] = [];
  const proofs: Proof[] = [];
  for (const scenario of CATALOGUE) {
    terminal.status(`${runs.length + 1}/${CATALOGUE.length}  ${scenario.id}`);
    const run = await runScenario(scenario, settings);
    const proof = await prove(run);
    runs.push(withProvenAdvice(run, proof));
    proofs.push(proof);
  }
  terminal.status("");
  const fallen = proofs.filter(({ proven }) => !proven);
  const isGood = fallen.length === 0 && runs.every(({ verdict }) => verdict !== "unexpected");
  const width = Math.max(...CATALOGUE.map(({ id }) => id.length)) + 2;
  const outcome: Outcome = {
    exitCode: isGood ? 0 : 1,
    json: { ok: isGood, seed: settings.seed, proofs },
    text: [
      ...proofs.map((proof) => {
        const mark = proof.proven
          ? terminal.style("green", "proven    ")
          : terminal.style("red", "not proven");
        return `${mark}  ${proof.scenario.id.padEnd(width)}${proofLine(proof)}`;
      }),
      "",
      `${proofs.length - fallen.length} proven, ${fallen.length} not; seed ${settings.seed}`,
    ].join("\n"),
  };
  return withReports(outcome, runs, invocation);
}
