import { sleep } from "../core/clock.js";
import { envFor } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import type { TraceRecord } from "../core/trace.js";
import { openSession } from "../ctap/session.js";
import type { KnobOverrides } from "../sim/knobs.js";
import type { Ledger } from "../sim/ledger.js";
import { simWorld, type World } from "../sim/world.js";
import { check } from "./check.js";
import { explain } from "./explain.js";
import type { Explanation } from "./explanation.js";
import type { Finding } from "./expectation.js";
import type { OwnScenario, Verb } from "./scenario.js";

/** Version of the records' shape; raised when a reader of old traces would misread new ones. */
export const TRACE_SCHEMA = 1;

export interface RunOptions {
  readonly seed: string;
  /** Turned on top of the scenario's own; a run that differs from its story is not held to its promises. */
  readonly knobs?: KnobOverrides;
  /**
   * How much of a CTAPHID report the trace gets. `headers` by default: credential ids, names of people and
   * large-blob keys pass in the clear, and a trace is something people send around. Captures need `full`.
   */
  readonly frames?: "headers" | "full" | undefined;
  /** What the reproduction line calls the scenario: the file it is in. Its id when absent. */
  readonly calledAs?: string | undefined;
}

export type RunVerdict = "as-expected" | "unexpected" | "no-expectation";

/** Everything one run came to. */
export interface Run {
  readonly scenario: OwnScenario;
  readonly seed: string;
  /** Those the caller turned. */
  readonly knobs: KnobOverrides;
  readonly records: readonly TraceRecord[];
  readonly ledger: Ledger;
  readonly explanation: Explanation;
  readonly findings: readonly Finding[];
  readonly verdict: RunVerdict;
  /** The command that gives this very run again. */
  readonly reproduction: string;
}

const ACCOUNT = "hanako";

/** Longest a run waits, after its script, for what is still under way: a mail, a phone, a replica. */
const EPILOGUE_MS = 3_600_000;

/**
 * Plays a scenario in a world of its own. The same scenario, seed and knobs give the same records, byte for byte.
 *
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export async function runScenario(
  scenario: OwnScenario,
  { seed, knobs = {}, frames, calledAs }: RunOptions,
): Promise<Run> {
  const world = simWorld(seed, { ...scenario.knobs, ...knobs }, { frames });
  const { env } = world;
  env.trace.emit({ kind: "run.started", scenario: scenario.id, seed, schema: TRACE_SCHEMA });
  await env.clock.run(play(world, scenario.script));

  const ledger = world.ledger();
  const explanation = explain(env.records);
  const promises = Object.keys(knobs).length === 0 ? scenario.expect : undefined;
  const findings = promises ? check(promises, { records: env.records, ledger, explanation }) : [];
  const verdict = !promises ? "no-expectation" : findings.length === 0 ? "as-expected" : "unexpected";
  env.trace.emit({ kind: "run.ended", outcome: verdict });
  return {
    scenario,
    seed,
    knobs,
    records: env.records,
    ledger,
    explanation,
    findings,
    verdict,
    reproduction: reproductionOf(calledAs ?? scenario.id, { seed, knobs, frames }),
  };
}

async function play(world: World, script: readonly Verb[]): Promise<void> {
  for (const verb of script) {
    if ("atMs" in verb) await until(world, verb.atMs);
    const done = perform(world, verb);
    if ("inBackground" in verb && verb.inBackground) world.background.add(done).catch(() => undefined);
    else await done;
  }
  await orAfter(world, { delayMs: EPILOGUE_MS, timer: "run.epilogue" }, world.settled());
}

async function perform(world: World, verb: Verb): Promise<void> {
  const { page, helperPage, visitor } = world;
  switch (verb.do) {
    case "register":
      return attended(world, page.register(verb.account ?? ACCOUNT));
    case "login": {
      const tab = verb.by === "helper" ? helperPage : page;
      return attended(world, tab.login(verb.account ?? ACCOUNT));
    }
    case "enter-password":
      return visitor.password();
    case "request-code":
      return visitor.requestCode(verb.factor);
    case "enter-code":
      return enterCodes(world, verb);
    case "sign-in-with":
      return visitor.signInWith(verb.provider);
    case "change-factor":
      return visitor.changeFactor(verb.to);
    case "call-centre":
      return visitor.callCentre();
    case "unplug":
      return world.cable.unplug();
    case "replug":
      return world.cable.replug();
    case "quit-browser":
      return world.programs.quit();
    case "reset-key":
      return resetKey(world);
    case "wait":
      return sleep(world.env.clock, verb.forMs, "script.wait");
    case "set":
      return world.turn(verb.knobs);
  }
}

/** The key's refusal is a result like another: the trace has it. */
async function resetKey({ env, cable }: World): Promise<void> {
  const device = await cable.device();
  if (device === undefined) return;
  const session = await openSession(envFor(env, "lab"), device);
  await session.reset().catch((error: unknown) => {
    if (!isHarnessError(error)) throw error;
  });
}

async function enterCodes(
  { env, visitor }: World,
  { factor, code = "first", times = 1, everyMs = 0 }: Verb & { readonly do: "enter-code" },
): Promise<void> {
  const beganMs = env.clock.nowMs();
  for (let nth = 0; nth < times; nth += 1) {
    await sleep(env.clock, beganMs + nth * everyMs - env.clock.nowMs(), "script.every");
    await visitor.enterCode(factor, code);
  }
}

/** Waits for the page, but not longer than the person does. */
function attended(world: World, ceremony: Promise<unknown>): Promise<void> {
  return orAfter(world, { delayMs: world.knobs.user.patienceMs, timer: "user.patience" }, ceremony);
}

async function orAfter(
  { env }: World,
  { delayMs, timer }: { readonly delayMs: number; readonly timer: string },
  work: Promise<unknown>,
): Promise<void> {
  const patience = new AbortController();
  const over = sleep(env.clock, delayMs, timer, { signal: patience.signal }).catch(() => undefined);
  try {
    await Promise.race([work, over]);
  } finally {
    patience.abort();
  }
}

async function until({ env }: World, atMs: number): Promise<void> {
  const leftMs = atMs - env.clock.nowMs();
  if (leftMs > 0) await sleep(env.clock, leftMs, "script.until");
}

/** The command that plays a scenario, by id or file, with these settings. */
export function reproductionOf(name: string, { seed, knobs = {}, frames }: RunOptions): string {
  const turned = Object.entries(knobs).map(([name, value]) => `--set ${name}=${value ?? "never"}`);
  const captured = frames === "full" ? ["--frames full"] : [];
  return ["passkey-harness run", quoted(name), `--seed ${quoted(seed)}`, ...turned, ...captured].join(" ");
}

/** For a shell: seeds and names of files come from anywhere. */
export function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
