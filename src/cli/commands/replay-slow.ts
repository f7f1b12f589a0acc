import {
  type PromiseEnd,
  type ReplayedSession,
  type ReportedRun,
  type Run,
  SLOWDOWN_TARGETS,
  type Slowdown,
  parseSlowdown,
  replaySession,
  toJson,
} from "../../entry/scenarios.js";
import { type KnobAlias, type KnobOverrides, parseKnobAssignment } from "../../entry/sim.js";
import { type Invocation, type OptionTable, type Outcome, UsageError } from "../command.js";
import { textOption, textsOf } from "../options.js";
import { withReports } from "../report-files.js";
import { warnOfKnobAlias } from "../warn-of-alias.js";

export const SLOW_OPTIONS = {
  slow: { type: "string", multiple: true },
  set: { type: "string", multiple: true },
  seed: { type: "string" },
} as const satisfies OptionTable;

const TARGETS = Object.entries(SLOWDOWN_TARGETS).map(([what, { text }]) => `${what} (${text})`);

export const SLOW_HELP = `  --slow WHAT=TIME     play the last ceremony in the simulated world, as it was measured and with this so much later:
                       --slow key.touch=35s, --slow phone=20s, as often as you like. Reports are of the changed run.
                       WHAT is ${TARGETS.slice(0, 2).join(",\n                       ")},
                       ${TARGETS.slice(2, 4).join(",\n                       ")},
                       ${TARGETS.slice(4).join(",\n                       ")}
  --set KNOB=VALUE     with --slow: what the recording does not tell, such as client.profile=gecko (knobs)
  --seed TEXT          with --slow: what the runs are made of (1)`;

/**
 * Plays a recording again where `--slow` asks for it.
 *
 * @returns undefined where it does not.
 * @throws {UsageError} USAGE @throws {RecordingError}
 */
export async function playedAgain(run: ReportedRun, invocation: Invocation): Promise<Outcome | undefined> {
  const texts = textsOf(invocation, "slow");
  if (texts.length === 0) {
    const stray = ["set", "seed"].find((name) => invocation.values[name] !== undefined);
    if (stray !== undefined) throw new UsageError("USAGE", `--${stray} goes with --slow`);
    return undefined;
  }
  const told = ["for", "language"].find((name) => invocation.values[name] !== undefined);
  if (told !== undefined) throw new UsageError("USAGE", `--${told} tells one run, and --slow plays two`);
  const slow = texts.map(slowdownOf);
  const seed = textOption(invocation, "seed");
  const replayed = await replaySession(run.records, {
    ...{ slow, knobs: knobsOf(invocation) },
    ...(seed !== undefined && { seed }),
  });
  const { measured, same, slowed, reproduced, promises } = replayed;
  const outcome: Outcome = {
    exitCode: reproduced ? 0 : 1,
    json: {
      ok: reproduced,
      recorded: { promise: measured.promise, ...decisionOf(run) },
      measured: measured.knobs,
      assumed: measured.assumed,
      reproduced,
      same: { promise: promises.same, ...decisionOf(same) },
      slow,
      slowed: { promise: promises.slowed, ...decisionOf(slowed), run: toJson(slowed) },
    },
    text: textOf(run, replayed, texts),
  };
  return withReports(outcome, [slowed], invocation);
}

function slowdownOf(text: string): Slowdown {
  const slowdown = parseSlowdown(text);
  if (slowdown !== undefined) return slowdown;
  throw new UsageError("USAGE", `--slow takes WHAT=TIME, not "${text}"`, {
    hint: "--slow key.touch=35s: the gesture on the key is 35 s later; units are ms, s and min",
  });
}

function knobsOf(invocation: Invocation): KnobOverrides {
  const onAlias = (alias: KnobAlias) => warnOfKnobAlias(alias, invocation.terminal);
  const texts = textsOf(invocation, "set");
  return Object.assign({}, ...texts.map((text) => parseKnobAssignment(text, { onAlias }))) as KnobOverrides;
}

/** What the last ceremony of a run came to. */
function decisionOf({ explanation }: Pick<Run, "explanation">): {
  readonly mechanism: string;
  readonly verdict: string;
} {
  const { mechanism, verdict } = explanation.ceremonies.at(-1) ?? explanation;
  return { mechanism, verdict };
}

function textOf(
  recorded: ReportedRun,
  { measured, same, slowed, reproduced, promises }: ReplayedSession,
  changes: readonly string[],
): string {
  const call = measured.method === "create" ? "create()" : "get()";
  const part = (title: string, promise: PromiseEnd, run: Pick<Run, "explanation">) => {
    const { mechanism, verdict } = decisionOf(run);
    return [`${title}: ${call} ${endText(promise)}`, `  ${mechanism}: ${verdict}`, ""];
  };
  const knobs = Object.entries(measured.knobs).map(
    ([name, value]) => `  ${name.padEnd(20)} ${value ?? "never"}`,
  );
  return [
    ...part("Recorded", measured.promise, recorded),
    ...["Measured", ...knobs, ""],
    ...["Assumed, as the recording does not tell", ...measured.assumed.map((text) => `  - ${text}`), ""],
    ...part("Played with the same times", promises.same, same),
    ...(reproduced ? [] : ["  This is not how the recorded one ended: what follows says little.", ""]),
    ...part(`Played with ${changes.join(", ")} later`, promises.slowed, slowed),
  ]
    .join("\n")
    .trimEnd();
}

function endText({ outcome, name }: PromiseEnd): string {
  if (outcome === "pending") return "is still pending";
  return outcome === "resolved" ? "resolved" : `rejected with ${name ?? "an error"}`;
}
