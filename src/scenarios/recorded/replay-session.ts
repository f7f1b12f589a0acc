import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { TraceRecord } from "../../core/trace.js";
import {
  type KnobName,
  type KnobOverrides,
  listKnobs,
  mergeKnobs,
  withKnobs,
} from "../../sim/knobs/knobs.js";
import { type Run, runScenario } from "../run.js";
import type { Action, UserScenario } from "../scenario.js";
import { type MeasuredSession, type PromiseEnd, measureSession, promiseEnd } from "./measure-session.js";
import { type Slowdown, slowedKnobs } from "./slowdown.js";

export interface ReplaySessionOptions {
  /** What is to be later than it was. */
  readonly slow?: readonly Slowdown[];
  /** Knobs on top of what was measured, for what the recording does not tell: the key's profile, the browser. */
  readonly knobs?: KnobOverrides;
  /** What the runs are made of; `1` by default. */
  readonly seed?: string;
}

const OPTIONS = parameters<ReplaySessionOptions>({
  slow: maybe(shape.list(parameters<Slowdown>({ what: shape.text, byMs: arg.number }))),
  knobs: maybe(arg.object),
  seed: maybe(shape.text),
});

/** A recorded session, played again with its own times and with the changed ones. */
export interface ReplayedSession {
  readonly measured: MeasuredSession;
  /** With the times that were measured. */
  readonly same: Run;
  /** Whether that run's promise ended as the recorded one did; if not, the other run says little. */
  readonly reproduced: boolean;
  /** With the changes. */
  readonly slowed: Run;
  readonly promises: { readonly same: PromiseEnd; readonly slowed: PromiseEnd };
}

/** When the login of a replayed session begins: after the registration that it needs. */
const LOGIN_AT_MS = 60_000;

/**
 * Plays the last ceremony of a trace again in the simulated world: once with the times that were measured, once with
 * changes. Everything that the trace does not tell is assumed, and named.
 *
 * @param records of a trace, such as `register --record` writes.
 * @throws {RecordingError} `RECORDING_NO_CEREMONY`, `RECORDING_NO_EXCHANGE`, `RECORDING_CHANGE_UNKNOWN`
 * @throws {KnobError} for knobs that do not exist or do not fit.
 *
 * @example
 * const { slowed } = await replaySession(records, { slow: [{ what: "key.touch", byMs: 35_000 }] });
 * console.log(slowed.explanation.ceremonies.at(-1)?.verdict);
 */
export async function replaySession(
  records: readonly TraceRecord[],
  options: ReplaySessionOptions = {},
): Promise<ReplayedSession> {
  checkArguments("replaySession", {
    records: [shape.list(arg.object), records],
    options: [OPTIONS, options],
  });
  const { slow = [], knobs = {}, seed = "1" } = options;
  const told = measureSession(records);
  const measured = { ...told, knobs: mergeKnobs(told.knobs, knobs) };
  const defaults = withKnobs(measured.knobs);
  const slower = slowedKnobs(measured, slow, (knob) => numberIn(defaults, knob));
  const same = await runScenario(scenarioOf(measured, measured.knobs), { seed });
  const slowed = await runScenario(scenarioOf(measured, slower), { seed });
  const promises = { same: promiseEnd(same.records), slowed: promiseEnd(slowed.records) };
  const reproduced = JSON.stringify(promises.same) === JSON.stringify(measured.promise);
  return { measured, same, reproduced, slowed, promises };
}

/** A login needs a passkey: it is registered before, quickly, and the recorded times hold from then on. */
function scenarioOf({ method }: MeasuredSession, knobs: KnobOverrides): UserScenario {
  const [first, later] = method === "create" ? [knobs, {}] : divided(knobs);
  const script: readonly Action[] =
    method === "create"
      ? [{ do: "register" }]
      : [
          { do: "register" },
          { do: "set", atMs: LOGIN_AT_MS, knobs: later },
          { do: "login", atMs: LOGIN_AT_MS },
        ];
  return {
    id: "recording",
    group: "own",
    title: `A recorded ${method === "create" ? "registration" : "login"}`,
    story: "Played with the times of a recording.",
    sources: [],
    knobs: first,
    script,
  };
}

/** What is built into the world or belongs to the browser, and what a script can set before the login. */
function divided(knobs: KnobOverrides): readonly [KnobOverrides, KnobOverrides] {
  const fixed = listKnobs().filter(({ spec }) => spec.fixed === true);
  const early = new Set<string>(["link.road", "client.profile", ...fixed.map(({ name }) => name)]);
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(knobs).filter(([name]) => early.has(name) === wanted));
  return [pick(true), pick(false)];
}

function numberIn(knobs: ReturnType<typeof withKnobs>, knob: KnobName): number | null {
  const [group = "", member = ""] = knob.split(".");
  const value = (knobs as unknown as Record<string, Record<string, unknown>>)[group]?.[member];
  return typeof value === "number" ? value : null;
}
