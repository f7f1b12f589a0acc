/** Whatever is shrunk ends as before, and nothing more can be taken from it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { KnobSpec, KnobValue } from "../../../src/sim/knobs/knob-spec.js";
import { listKnobs, type KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { outcomeOf } from "../../../src/scenarios/explore/outcome.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { shrink } from "../../../src/scenarios/explore/shrink.js";
import { fullRuns } from "../../helpers/full-runs.js";

const STORIES = ["plain-registration", "plain-login", "late-delivery", "usb-keystore-full"];

/** Knobs whose turning the stories notice, and some they do not. */
const KNOBS = listKnobs().filter(
  ({ name }) =>
    /^(page|rp|gw|net|mail|key|client|user)\./.test(name) &&
    !["key.profile", "page.autoRetry"].includes(name),
);

function valueOf({ kind, choices = [], min = 0, max = 0, never }: KnobSpec): fc.Arbitrary<KnobValue> {
  const value: fc.Arbitrary<KnobValue> =
    kind === "switch"
      ? fc.boolean()
      : kind === "choice"
        ? fc.constantFrom(...choices)
        : kind === "share"
          ? fc.constantFrom(0, 0.5, 1)
          : kind === "count"
            ? fc.integer({ min, max: Math.min(max, 5) })
            : fc.constantFrom(min, 1, 500, 20_000, 59_999, 60_000, 61_000, 200_000);
  return never === true ? fc.oneof({ weight: 4, arbitrary: value }, fc.constant(null)) : value;
}

const plan = fc
  .uniqueArray(fc.constantFrom(...KNOBS), { maxLength: 4, selector: ({ name }) => name })
  .chain((knobs) =>
    fc.tuple(...knobs.map(({ name, spec }) => valueOf(spec).map((value) => [name, value] as const))),
  )
  .map((entries): KnobOverrides => Object.fromEntries(entries));

test("the same outcome, no single knob to spare, no number a step nearer, and the same every time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...STORIES), plan, async (id, knobs) => {
      const story = scenarioNamed(id);
      const { expect: _, ...free } = story;
      const outcomeWith = async (settings: KnobOverrides) =>
        outcomeOf(await runScenario({ ...free, knobs: settings }, { seed: "s" }));
      const wanted = outcomeOf(await runScenario(story, { seed: "s", knobs }));

      const shrunk = await shrink(story, { seed: "s", knobs });
      expect(await outcomeWith(shrunk.knobs)).toEqual(wanted);
      expect(shrunk.outcome).toEqual(wanted);
      expect(Object.keys(shrunk.before)).toEqual(expect.arrayContaining(Object.keys(shrunk.knobs)));
      for (const name of Object.keys(shrunk.knobs)) {
        const { [name as keyof KnobOverrides]: _, ...rest } = shrunk.knobs;
        expect(await outcomeWith(rest), `${name} can be spared`).not.toEqual(wanted);
      }
      expect((await shrink(story, { seed: "s", knobs })).knobs).toEqual(shrunk.knobs);
    }),
    { numRuns: fullRuns(8) },
  );
}, 120_000);
