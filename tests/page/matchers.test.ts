/** What the matchers say of runs whose end is known: they hold, their negation does not, and messages name the timer. */
import { describe, expect, test } from "vitest";
import { passkeyMatchers } from "../../src/page/matchers/matchers.js";
import type { MatcherContext, MatcherResult } from "../../src/page/matchers/judgement.js";
import { runScenario, scenarioNamed } from "../../src/entry/scenarios.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { PageRig } from "../../src/page/rig.js";

const played = (id: string, knobs: KnobOverrides = {}) =>
  runScenario(scenarioNamed(id), { seed: "1", knobs });
const late = await played("late-delivery");
const fine = await played("plain-registration");
const orphaned = await played("client-timer-orphan");

type Matcher = keyof typeof passkeyMatchers;
type Judge = (this: MatcherContext, ...args: readonly unknown[]) => MatcherResult;
const matchers = passkeyMatchers as unknown as Readonly<Record<Matcher, Judge>>;
const call = (
  matcher: Matcher,
  received: unknown,
  { args = [], context = {} }: { readonly args?: readonly unknown[]; readonly context?: MatcherContext } = {},
): MatcherResult => matchers[matcher].call(context, received, ...args);

/** Whether `expect(received).matcher(...)`, or its negation, would pass. */
const passes = (matcher: Matcher, received: unknown, args: readonly unknown[] = []) => ({
  plain: call(matcher, received, { args }).pass,
  negated: !call(matcher, received, { args, context: { isNot: true } }).pass,
});

const HOLDS = { plain: true, negated: false };
const HOLDS_NOT = { plain: false, negated: true };
const UNKNOWN = { plain: false, negated: false };

describe("matchers", () => {
  test("of what did not happen, or goes on, neither a matcher nor its negation passes", () => {
    const story = new PageRig({ time: "virtual" }).story();
    expect(passes("toHaveEndedBy", story, ["page.guard"])).toEqual(UNKNOWN);
    expect(passes("toEndAs", story, ["success"])).toEqual(UNKNOWN);
  });

  test("toHaveEndedBy takes the timer that decided, and when it fired", () => {
    expect(passes("toHaveEndedBy", late, ["page.guard"])).toEqual(HOLDS);
    expect(passes("toHaveEndedBy", late, ["page.guard", { atMs: 60_000 }])).toEqual(HOLDS);
    expect(passes("toHaveEndedBy", late, ["page.guard", { atMs: 59_999 }])).toEqual(HOLDS_NOT);
    expect(passes("toHaveEndedBy", late, ["page.guard", { atMs: 59_000, toleranceMs: 1_000 }])).toEqual(
      HOLDS,
    );
    expect(passes("toHaveEndedBy", late, ["client.ceremony"])).toEqual(HOLDS_NOT);
    expect(passes("toHaveEndedBy", fine, ["page.guard"])).toEqual(HOLDS_NOT);
  });

  test("toEndAs takes the first trouble, or every ceremony, and names the nearest cause", () => {
    expect(passes("toEndAs", late, ["late-delivery"])).toEqual(HOLDS);
    expect(passes("toEndAs", late, [["late-delivery"]])).toEqual(HOLDS);
    expect(passes("toEndAs", late, [["late-delivery", "success"]])).toEqual(HOLDS_NOT);
    expect(passes("toEndAs", fine, ["success"])).toEqual(HOLDS);
    expect(passes("toEndAs", late, ["late-delivry"])).toEqual(UNKNOWN);
    expect(call("toEndAs", late, { args: ["late-delivry"] }).message()).toContain(
      "did you mean late-delivery",
    );
  });

  test("toLeaveOrphan knows, or says that it cannot", () => {
    expect(passes("toLeaveOrphan", orphaned)).toEqual(HOLDS);
    expect(passes("toLeaveOrphan", fine)).toEqual(HOLDS_NOT);
    // A real site that cannot be asked: neither the matcher nor its negation may pass.
    const rig = new PageRig();
    expect(rig.world.knobs.key.present).toBe(true);
    expect(passes("toLeaveOrphan", rig.story())).toEqual(UNKNOWN);
    expect(call("toLeaveOrphan", rig.story()).message()).toContain("passkeyOptions.site");
  });

  test("toTellTruth finds a failure told of a success, and waits for an end", () => {
    expect(passes("toTellTruth", late)).toEqual(HOLDS_NOT);
    expect(passes("toTellTruth", fine)).toEqual(HOLDS);
    expect(passes("toTellTruth", new PageRig().story())).toEqual(UNKNOWN);
    const waiting = {
      explanation: {
        ...fine.explanation,
        ceremonies: fine.explanation.ceremonies.map((one) => ({
          ...one,
          outcome: one.outcome && { ...one.outcome, result: "unfinished" },
        })),
      },
    };
    expect(passes("toTellTruth", waiting)).toEqual(UNKNOWN);
  });

  test("toHaveEndedBy refuses a timer that no verdict names, negated too", () => {
    expect(passes("toHaveEndedBy", fine, ["page.gaurd"])).toEqual(UNKNOWN);
    expect(call("toHaveEndedBy", fine, { args: ["page.gaurd"] }).message()).toContain(
      "did you mean page.guard",
    );
  });

  test("toTellTruth passes over an offer for a field's autofill that nobody has taken", async () => {
    const offered = await played("client-autofill-pending-at-load");
    expect(offered.explanation.ceremonies.map(({ outcome }) => outcome?.result)).toContain("unfinished");
    const [first] = fine.explanation.ceremonies;
    const both = { ...offered.explanation.ceremonies[0], ceremony: "offer" };
    const records = offered.records.map((record) => ({ ...record, ceremony: "offer" }));
    const story = {
      explanation: { ...fine.explanation, ceremonies: [first, both] },
      records: [...fine.records, ...records],
    };
    expect(passes("toTellTruth", story)).toEqual(HOLDS);
  });

  test("toLeaveOrphan does not judge by what the site said before the key was made", async () => {
    const credentials: string[] = [];
    const rig = new PageRig({ site: { credentials: () => Promise.resolve(credentials) } });
    await rig.world.probe([]);
    const device = rig.world;
    expect(passes("toLeaveOrphan", rig.story())).toEqual(HOLDS_NOT);
    device.env.trace.emit({
      kind: "ctap.credential",
      change: "created",
      credential: "abcd",
      rpId: "localhost",
      user: "hanako",
    });
    expect(passes("toLeaveOrphan", rig.story())).toEqual(UNKNOWN);
    await rig.world.probe([]);
    expect(passes("toLeaveOrphan", rig.story())).toEqual(HOLDS);
  });

  test("take an explanation, or what has a story, and refuse everything else", () => {
    expect(passes("toEndAs", late.explanation, ["late-delivery"])).toEqual(HOLDS);
    expect(passes("toEndAs", { story: () => late }, ["late-delivery"])).toEqual(HOLDS);
    for (const other of [undefined, null, "late-delivery", {}, []])
      expect(passes("toEndAs", other, ["late-delivery"])).toEqual(UNKNOWN);
  });

  test("tell the verdict in their messages", () => {
    const message = call("toTellTruth", late).message();
    expect(message).toContain("Received: a failure shown for a registration that succeeded");
    expect(message).toContain("page.guard fired first");
    expect(message).toContain("What would have prevented it");
  });
});

test("vitest's own expect has them, with their types", async () => {
  expect.extend(passkeyMatchers);
  expect(late).toHaveEndedBy("page.guard");
  expect(late).not.toTellTruth();
  expect(() => expect(fine).toEndAs("late-delivery")).toThrow(/Received: .*success/);
});
