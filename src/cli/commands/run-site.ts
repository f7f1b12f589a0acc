import { type SiteRunOptions, runOnSite, toJson } from "../../entry/scenarios.js";
import type { KnobOverrides } from "../../entry/sim.js";
import { type Invocation, type Outcome, UsageError } from "../command.js";
import { interruptionBehind, watchForInterruption } from "../interruption.js";
import { withReports } from "../report-files.js";
import type { Subject } from "../scenario/scenario-subject.js";
import { textFor } from "../telling.js";
import type { NamedSite } from "../site-file.js";

export interface SiteSettings {
  readonly site: NamedSite;
  readonly knobs: KnobOverrides;
  readonly frames: SiteRunOptions["frames"];
}

/** What is only possible where the same seed gives the same run. */
const SIMULATED_ONLY: readonly string[] = [
  "seed",
  "sweep",
  "shrink",
  "prove",
  "keep",
  "toward",
  "all",
  "speed",
];

/** What Ctrl-C means where the site is nobody's simulation. */
const INTERRUPTED = "the browser quit in the middle of it; the site may still act on a request that it got";

/** Runs a scenario once against a real site and reports the run in full. @throws {UsageError} USAGE for options that do not go together. */
export async function runAtSite(
  { scenario, calledAs }: Subject,
  { site, knobs, frames }: SiteSettings,
  invocation: Invocation,
): Promise<Outcome> {
  const stray = SIMULATED_ONLY.find((name) => given(invocation.values[name]));
  if (stray !== undefined) {
    throw new UsageError("USAGE", `--${stray} is for simulated sites: a real one is played once, as it is`);
  }
  const { signal, stop } = watchForInterruption();
  const one = await runOnSite(scenario, { ...site, knobs, frames, calledAs, signal }).finally(stop);
  const interruption = interruptionBehind(signal.reason);
  const errors = one.errors.map((error) => error.toJSON());
  const outcome: Outcome = {
    exitCode: interruption?.exitCode ?? (one.verdict === "unexpected" ? 1 : 0),
    json: {
      ok: one.verdict !== "unexpected" && interruption === undefined,
      ...(interruption && { interruption: interruption.message }),
      site: site.siteFile,
      errors,
      ...toJson(one),
    },
    text: [
      textFor(one, invocation),
      ...(interruption ? [interruption.message, INTERRUPTED] : []),
      ...one.errors.flatMap(({ code, message, hint, aftermath }) => [
        `${code}: ${message}`,
        ...(hint === undefined ? [] : [`  hint: ${hint}`]),
        ...(aftermath === "unknown" ? ["  the site may still have acted on the request"] : []),
      ]),
    ].join("\n"),
  };
  return withReports(outcome, [one], invocation);
}

function given(value: Invocation["values"][string]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
