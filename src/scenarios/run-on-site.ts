import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { systemEnv } from "../env/system-env.js";
import { MemorySink } from "../core/trace.js";
import type { Ledger } from "../diagnosis/ledger.js";
import {
  type AttachedWorld,
  attachedWorld,
  type AttachedWorldOptions,
} from "../sim/attached-rp/attached-world.js";
import { SiteError } from "../sim/attached-rp/site-error.js";
import { knobsForRealSite } from "../sim/attached-rp/site-knobs.js";
import { mergeKnobs, type KnobOverrides } from "../sim/knobs/knobs.js";
import type { PartialExpectation } from "./expectation.js";
import { judge, knobArguments, playIn, quoted, type Run } from "./run.js";
import { SCENARIO, type UserScenario, type Action } from "./scenario.js";

/**
 * Keeps the expectations of a catalogue scenario that hold at a real site: the verdict, and the ledger as far as it
 * can be known. Windows in time, rows, mails and statuses were those of the simulated site.
 */
export function expectationOnSite(
  { decidedBy, mechanisms, ledger = {} }: PartialExpectation,
  { entries }: Ledger,
): PartialExpectation {
  const { keys, rows, orphans, ghosts } = ledger;
  const known = entries.unknown?.length ? {} : { keys, rows, orphans, ghosts };
  return {
    ...(decidedBy !== undefined && { decidedBy }),
    ...(mechanisms && { mechanisms }),
    ledger: Object.fromEntries(Object.entries(known).filter(([, wanted]) => wanted !== undefined)),
  };
}

export interface SiteRunOptions extends Omit<AttachedWorldOptions, "knobs"> {
  /** Knobs on top of the scenario's own; a run with changed knobs is not checked against the scenario's expectations. */
  readonly knobs?: KnobOverrides;
  /** What the reproduction line calls the scenario: the file it is in. Its id when absent. */
  readonly calledAs?: string | undefined;
  /** What it calls the site: the file of its description. */
  readonly siteFile?: string | undefined;
  /**
   * Ends the run early: the browser quits as it would in the middle of a request, and the run is told as far as it came,
   * without a look at the scenario's expectations.
   */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = parameters<SiteRunOptions>({
  config: arg.with("a site configuration, as parseSiteConfig(json) gives one,", "baseUrl", "registration"),
  secret: arg.callable,
  knobs: maybe(arg.object),
  frames: maybe(shape.oneOf(["headers", "full"])),
  device: maybe(arg.callable),
  calledAs: maybe(shape.text),
  siteFile: maybe(shape.text),
  signal: maybe(arg.signal),
});

/** A run whose site was real. */
export interface SiteRun extends Run {
  /** Calls that ended without an answer. */
  readonly errors: readonly SiteError[];
}

/** Doors beside the passkey: every site has others, and has them elsewhere. */
const SIMULATED_ACTIONS: readonly Action["do"][] = [
  "enter-password",
  "request-code",
  "enter-code",
  "sign-in-with",
  "change-factor",
  "call-centre",
];

/**
 * Plays a scenario against a real site, in real time: the user, the browser, the page and the authenticator are
 * the scenario's, the site is as it is.
 *
 * A scenario of the catalogue is held to its verdict and its ledger; how and when the simulated site got there is no
 * promise of a real one. A user's own scenario is checked against every expectation.
 *
 * @throws {SiteError} `SITE_KNOB_REFUSED`, `SITE_VERB_REFUSED` before anything is sent; `SITE_SECRET_MISSING`,
 *   `SITE_SIGN_IN_REFUSED`, `SITE_BAD_ANSWER` when the site is not as it is described.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export async function runOnSite(scenario: UserScenario, options: SiteRunOptions): Promise<SiteRun> {
  checkArguments("runOnSite", { scenario: [SCENARIO, scenario], options: [OPTIONS, options] });
  const { knobs = {}, calledAs, siteFile, signal, ...parts } = options;
  refuseFallbackActions(scenario.script);
  const { siteDecides, credentials } = parts.config;
  for (const action of scenario.script) {
    if (action.do === "set")
      knobsForRealSite(action.knobs, { siteDecides, canAsk: credentials !== undefined });
  }
  const sink = new MemorySink();
  const world = attachedWorld(systemEnv(sink), { ...parts, knobs: mergeKnobs(scenario.knobs, knobs) });
  const site = siteFile === undefined ? "SITE.json" : quoted(siteFile);
  const name = quoted(calledAs ?? scenario.id);
  await playUntil(world, scenario, signal);
  const run = judge(world, scenario, {
    seed: "",
    knobs,
    records: sink.records,
    expectationsOf: (ledger) =>
      signal?.aborted === true
        ? undefined
        : scenario.expect && scenario.group !== "own"
          ? expectationOnSite(scenario.expect, ledger)
          : scenario.expect,
    reproduction: ["passkey-harness run", name, `--site ${site}`, ...knobArguments(knobs)].join(" "),
  });
  return { ...run, errors: world.at.errors() };
}

async function playUntil(
  world: AttachedWorld,
  scenario: UserScenario,
  signal: AbortSignal | undefined,
): Promise<void> {
  const played = playIn(world, scenario, "");
  if (signal === undefined) return played;
  await Promise.race([played, untilAborted(signal)]);
  if (!signal.aborted) return;
  // Whatever the script still comes to is of no interest: its browser is gone.
  played.catch(() => undefined);
  await world.browserProcess.quit();
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function refuseFallbackActions(script: readonly Action[]): void {
  const refused = [...new Set(script.map((action) => action.do))].filter((action) =>
    SIMULATED_ACTIONS.includes(action),
  );
  if (refused.length === 0) return;
  throw new SiteError(
    "SITE_VERB_REFUSED",
    `${refused.join(", ")}: a real site's other doors are not known here`,
    {
      refused,
      hint: "play this scenario on the simulated site, without --site",
    },
  );
}
