import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { measureSession } from "../../../src/scenarios/recorded/measure-session.js";
import { replaySession } from "../../../src/scenarios/recorded/replay-session.js";
import { parseSlowdown } from "../../../src/scenarios/recorded/slowdown.js";
import { runScenario } from "../../../src/scenarios/run.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";

/** A story of the catalogue, as a recording; what its knobs were is not told to the replay. */
const recorded = (id: string, knobs: KnobOverrides = {}) =>
  runScenario(scenarioNamed(id), { seed: "7", knobs });
const mechanism = (run: {
  readonly explanation: { readonly ceremonies: readonly { mechanism: string }[] };
}) => run.explanation.ceremonies.at(-1)?.mechanism;

describe("a recording played with its own times", () => {
  test.each([
    ["plain-registration"],
    ["plain-login"],
    ["late-delivery"],
    ["late-delivery/hybrid"],
    ["key-never-touched"],
  ])("%s ends as it did, for the same reason", async (id) => {
    const original = await recorded(id);
    const { same, reproduced, measured } = await replaySession(original.records, {});
    expect(reproduced, JSON.stringify(measured)).toBe(true);
    expect(mechanism(same)).toBe(mechanism(original));
  });

  test("measures what the knobs of the recorded run were", async () => {
    const { records } = await recorded("late-delivery");
    expect(measureSession(records)).toMatchObject({
      method: "create",
      road: "hid",
      promise: { outcome: "resolved" },
      knobs: {
        ...{ "client.profile": "chrome-floor3m", "client.timeoutMs": 60_000, "page.guardMs": 60_000 },
        ...{ "key.touchDelayMs": 94_750, "key.createMs": 2_000, "key.processingMs": 100, "rp.finishMs": 950 },
      },
    });
  });

  test("of a real key assumes what the key did not tell, once, and a patience that fits what was seen", async () => {
    const { records } = await recorded("late-delivery");
    // A real key tells no timer.
    const real = records.filter((record) => !(record.kind === "timer.armed" && record.timer === "key.up"));
    const { measured, reproduced } = await replaySession(real);
    expect(reproduced).toBe(true);
    expect(measured.knobs["key.upTimeoutMs"]).toBe(300_000);
    expect(measured.assumed.filter((text) => text.includes("for a gesture"))).toEqual([
      "the authenticator waits 300 s for a gesture: it waited 94.75 s at least",
    ]);
  });

  test("says that it is not the recorded one where the promise ended otherwise", async () => {
    const { records } = await recorded("plain-registration");
    const { reproduced } = await replaySession(records, { knobs: { "key.touchDelayMs": null } });
    expect(reproduced).toBe(false);
  });
});

describe("a recording played with other times", () => {
  test.each<[string, string, KnobOverrides]>([
    ["plain-registration", "key.touch=35s", { "key.touchDelayMs": 36_500 }],
    ["plain-registration", "key.touch=20s", { "key.touchDelayMs": 21_500 }],
    ["plain-registration", "site.finish=90s", { "rp.finishMs": 90_300 }],
    ["late-delivery", "key.touch=-50s", { "key.touchDelayMs": 44_750 }],
    ["late-delivery/hybrid", "phone=20s", { "key.touchDelayMs": 114_750 }],
    ["plain-login", "key.touch=35s", { "key.touchDelayMs": 36_500 }],
  ])("%s with %s comes to what that story comes to with the same knob", async (id, change, knobs) => {
    const slowdown = parseSlowdown(change);
    expect(slowdown).toBeDefined();
    const { slowed, promises } = await replaySession((await recorded(id)).records, {
      slow: [slowdown ?? never()],
    });
    const story = id === "plain-login" ? await slowLogin(knobs) : await recorded(id, knobs);
    expect(mechanism(slowed)).toBe(mechanism(story));
    const settled = story.records.findLast((record) => record.kind === "page.settled");
    expect(promises.slowed.outcome).toBe(settled?.kind === "page.settled" ? settled.outcome : "pending");
  });

  /** The login alone is slow; the registration before it is not. */
  function slowLogin(knobs: KnobOverrides) {
    const story = scenarioNamed("plain-login");
    const login = story.script.findIndex((action) => action.do === "login");
    const script = [
      ...story.script.slice(0, login),
      { do: "set", knobs } as const,
      ...story.script.slice(login),
    ];
    return runScenario({ ...story, script }, { seed: "7" });
  }

  const never = (): never => {
    throw new Error("no slowdown");
  };

  test("leaves a gesture that never came as it was", async () => {
    const { records } = await recorded("plain-registration", { "key.touchDelayMs": null });
    const { slowed, measured } = await replaySession(records, {
      slow: [{ what: "key.touch", byMs: -5_000 }],
    });
    expect(measured.knobs).toMatchObject({ "key.touchDelayMs": null, "key.upTimeoutMs": 30_000 });
    expect(mechanism(slowed)).toBe("key-timeout");
  });
});

describe("what cannot be played", () => {
  const refusal = (records: readonly TraceRecord[], what = "key.touch") =>
    replaySession(records, { slow: [{ what, byMs: 1_000 }] }).catch((error: unknown) => error);

  test("a trace without a ceremony", async () => {
    expect(await refusal([])).toMatchObject({ code: "RECORDING_NO_CEREMONY", aftermath: "none" });
  });

  test("a ceremony that reached no authenticator", async () => {
    const { records } = await recorded("plain-registration");
    const without = records.filter(({ kind }) => kind !== "ctap.request");
    expect(await refusal(without)).toMatchObject({ code: "RECORDING_NO_EXCHANGE" });
  });

  test.each([
    ["phone", /no "phone"/],
    ["key.tuch", /nothing of a session/],
    ["__proto__", /nothing of a session/],
  ])("a change of %s", async (what, message) => {
    const { records } = await recorded("plain-registration");
    expect(await refusal(records, what)).toMatchObject({
      code: "RECORDING_CHANGE_UNKNOWN",
      message: expect.stringMatching(message) as string,
    });
  });

  test.each([["key.touch"], ["key.touch=35"], ["key.touch=s"], ["=35s"], ["key.touch=1e3s"], ["KEY=1s"]])(
    "%s is no change",
    (text) => {
      expect(parseSlowdown(text)).toBeUndefined();
    },
  );

  test.each([
    ["key.touch=35s", 35_000],
    ["phone=1.5min", 90_000],
    ["site.finish=-250ms", -250],
  ])("%s is %i ms", (text, byMs) => {
    expect(parseSlowdown(text)?.byMs).toBe(byMs);
  });
});
